"""Exceptions as a list, with the names it shows."""

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Select, select

from portal import clock
from portal.db import session
from portal.scheduling.times import Span
from portal.schema.availability import AvailabilityException
from portal.schema.doctors import Doctor
from portal.schema.facilities import Facility
from portal.tenancy.context import request_context

MOST_IN_A_MONTH = 2000


class ExceptionRow(NamedTuple):
    """An exception; times in UTC, `zone` the facility's."""

    id: int
    type: str
    start_at: datetime
    end_at: datetime
    reason: str | None
    rule_id: int | None
    slot_minutes: int | None
    doctor_id: int
    facility_id: int
    doctor: str
    facility: str
    zone: str


def search_exceptions(
    *,
    query: str | None = None,
    past: bool = False,
    doctor_id: int | None = None,
    facility_id: int | None = None,
    limit: int = 51,
    offset: int = 0,
) -> list[ExceptionRow]:
    """Those to come or under way, the earliest first; or those that are over, the last first."""
    exception, now = AvailabilityException, clock.now()
    over = exception.end_at <= now
    order = (
        (exception.start_at.desc(), exception.id) if past else (exception.start_at, exception.id)
    )
    statement = _named().where(over if past else ~over).order_by(*order)
    if query:
        statement = statement.where(Doctor.display_name.icontains(query, autoescape=True))
    for column, value in ((exception.doctor_id, doctor_id), (exception.facility_id, facility_id)):
        if value is not None:
            statement = statement.where(column == value)
    rows = session.execute(statement.limit(limit).offset(offset))
    return [ExceptionRow._make(row) for row in rows]


def list_touching(
    span: Span, *, facility_id: int, query: str | None = None, limit: int = MOST_IN_A_MONTH + 1
) -> list[ExceptionRow]:
    """Those of a facility that touch a span, the earliest first."""
    exception = AvailabilityException
    statement = (
        _named()
        .where(
            exception.facility_id == facility_id,
            exception.start_at < span.end,
            exception.end_at > span.start,
        )
        .order_by(exception.start_at, exception.id)
        .limit(limit)
    )
    if query:
        statement = statement.where(Doctor.display_name.icontains(query, autoescape=True))
    return [ExceptionRow._make(row) for row in session.execute(statement)]


def _named() -> Select[*tuple[Any, ...]]:
    """The clinic's exceptions, in the columns of `ExceptionRow`."""
    exception, tenant = AvailabilityException, AvailabilityException.tenant_id
    return (
        select(
            exception.id,
            exception.type,
            exception.start_at,
            exception.end_at,
            exception.reason,
            exception.availability_rule_id,
            exception.slot_duration_minutes,
            exception.doctor_id,
            exception.facility_id,
            Doctor.display_name,
            Facility.name,
            Facility.timezone,
        )
        .join(Doctor, (Doctor.tenant_id == tenant) & (Doctor.id == exception.doctor_id))
        .join(Facility, (Facility.tenant_id == tenant) & (Facility.id == exception.facility_id))
        .where(tenant == request_context().tenant_id)
    )
