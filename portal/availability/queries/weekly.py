"""Reads of rules and exceptions."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select, union

from portal.db import session
from portal.errors import NotFound
from portal.schema.availability import (
    AvailabilityException,
    AvailabilityRule,
)
from portal.tenancy.context import request_context

DEFAULT_HORIZON_DAYS = 90
# Enough doctors for set-based speed; few enough that their slots sort in memory (a hundred took
# a third longer) and that nobody waits long for a doctor's lock.
DOCTORS_AT_ONCE = 25


def get_rule(rule_id: int) -> AvailabilityRule:
    """Raises NotFound."""
    rule = session.scalar(_rules().where(AvailabilityRule.id == rule_id))
    if rule is None:
        raise NotFound
    return rule


def list_rules(
    *,
    doctor_id: int | None = None,
    facility_id: int | None = None,
    active_only: bool = True,
    limit: int = 500,
) -> Sequence[AvailabilityRule]:
    """Rules through the week, by the start of their window."""
    statement = (
        _rules()
        .order_by(
            AvailabilityRule.doctor_id,
            AvailabilityRule.day_of_week,
            AvailabilityRule.start_time,
            AvailabilityRule.id,
        )
        .limit(limit)
    )
    if doctor_id is not None:
        statement = statement.where(AvailabilityRule.doctor_id == doctor_id)
    if facility_id is not None:
        statement = statement.where(AvailabilityRule.facility_id == facility_id)
    if active_only:
        statement = statement.where(AvailabilityRule.active)
    return session.scalars(statement).all()


def get_exception(exception_id: int) -> AvailabilityException:
    """Raises NotFound."""
    found = session.scalar(_exceptions().where(AvailabilityException.id == exception_id))
    if found is None:
        raise NotFound
    return found


def list_exceptions(
    *,
    start_at: datetime,
    end_at: datetime,
    doctor_id: int | None = None,
    facility_id: int | None = None,
    limit: int = 500,
) -> Sequence[AvailabilityException]:
    """Exceptions that touch a span, by start."""
    statement = (
        _exceptions()
        .where(AvailabilityException.start_at < end_at, AvailabilityException.end_at > start_at)
        .order_by(AvailabilityException.start_at, AvailabilityException.id)
        .limit(limit)
    )
    if doctor_id is not None:
        statement = statement.where(AvailabilityException.doctor_id == doctor_id)
    if facility_id is not None:
        statement = statement.where(AvailabilityException.facility_id == facility_id)
    return session.scalars(statement).all()


def list_scheduled_doctor_ids() -> Sequence[int]:
    """The doctors for whom materialising can have anything to do, in ascending order."""
    models: tuple[Any, ...] = (AvailabilityRule, AvailabilityException)
    own = [
        select(model.doctor_id).where(model.tenant_id == request_context().tenant_id)
        for model in models
    ]
    return session.scalars(union(*own).order_by("doctor_id")).all()


def batches() -> Iterator[Sequence[int]]:
    """Those doctors, a batch at a time.

    A job commits after each batch, so that nobody waits for the whole run to book a doctor.
    """
    doctor_ids = list_scheduled_doctor_ids()
    for n in range(0, len(doctor_ids), DOCTORS_AT_ONCE):
        yield doctor_ids[n : n + DOCTORS_AT_ONCE]


def horizon_days() -> int:
    """For how many days after today slots are made."""
    return int(request_context().settings.get("horizon_days", DEFAULT_HORIZON_DAYS))


def _rules() -> Select[AvailabilityRule]:
    return select(AvailabilityRule).where(AvailabilityRule.tenant_id == request_context().tenant_id)


def _exceptions() -> Select[AvailabilityException]:
    return select(AvailabilityException).where(
        AvailabilityException.tenant_id == request_context().tenant_id
    )
