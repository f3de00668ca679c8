"""Writing down what is done to a visit, with the rows as they were before it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import text

from portal import clock
from portal.db import session, state
from portal.scheduling.slots.predicates import busy_during
from portal.schema.acts import AppointmentAct
from portal.schema.appointments import Appointment, AppointmentStep
from portal.sql import statement
from portal.tenancy.context import request_context

SNAPSHOT = statement("appointments/visit_before", busy_during=busy_during)
# Also what changed only the steps makes the visit a newer one.
TOUCH = text("""
    UPDATE appointments SET updated_by = CAST(:user_id AS bigint)
     WHERE tenant_id = :tenant_id AND id = :appointment_id
    RETURNING row_version
""")


@contextmanager
def recorded(
    appointment: Appointment, kind: str, step: AppointmentStep | None = None
) -> Iterator[None]:
    """Keep what a visit is before what happens inside; nothing is kept when that is refused.

    Args:
        appointment: the visit, locked.
        kind: what is done (one of `ACTS`).
        step: to which step, where it is done to one.
    """
    session.flush()
    before, notes = snapshot(appointment), appointment.notes if kind == "edit" else None
    if step is not None:
        before["step"] = step.id
    facility_id = appointment.facility_id
    yield
    session.flush()
    act = AppointmentAct(
        group_uid=_group(), facility_id=facility_id, appointment_id=appointment.id,
        user_id=_whose(), kind=kind, before=before, visit_version=touch(appointment),
        done_at=clock.now(),
    )  # fmt: skip
    act.notes = notes
    session.add(act)
    session.flush()


def of_booking() -> dict[str, Any]:
    """The act that a booking's statement records; a job's bookings are nobody's acts."""
    return {"group_uid": _group(), "act_user_id": _whose(), "done_at": clock.now()}


@contextmanager
def as_one(group: UUID | None = None) -> Iterator[None]:
    """Acts inside are one: they are taken back together.

    Args:
        group: what names it; an area with more to take back than appointments knows it by that.
    """
    if state().act_group is not None:
        yield
        return
    state().act_group = group or uuid4()
    try:
        yield
    finally:
        state().act_group = None


@contextmanager
def apart() -> Iterator[None]:
    """Acts inside are on nobody's stack: they have a way back of their own."""
    before, state().acts_apart = state().acts_apart, True
    try:
        yield
    finally:
        state().acts_apart = before


def snapshot(appointment: Appointment) -> dict[str, Any]:
    """The visit's rows as they are in the database."""
    values = {"tenant_id": request_context().tenant_id, "appointment_id": appointment.id}
    found: dict[str, Any] = session.execute(SNAPSHOT, values).scalar_one()
    return found


def touch(appointment: Appointment) -> int:
    """Make the visit a newer one; its version."""
    values = {
        "tenant_id": request_context().tenant_id, "appointment_id": appointment.id,
        "user_id": request_context().user_id,
    }  # fmt: skip
    version: int = session.execute(TOUCH, values).scalar_one()
    session.expire(appointment, ["row_version", "updated_at", "updated_by"])
    return version


def _group() -> UUID:
    return state().act_group or uuid4()


def _whose() -> int | None:
    return None if state().acts_apart else request_context().user_id
