"""Reads of what was done to visits."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Exists, Select, exists, func, select

from portal.db import session
from portal.schema.accounts import User
from portal.schema.acts import AppointmentAct
from portal.schema.appointments import Appointment
from portal.tenancy.context import request_context
from portal.undoing.rules import STACK

MOST_TOGETHER = 400
MOST_HISTORY = 100


def last_act(appointment_id: int) -> AppointmentAct | None:
    """The last act on a visit that stands."""
    return session.scalars(
        _acts()
        .where(AppointmentAct.appointment_id == appointment_id)
        .order_by(AppointmentAct.id.desc())
        .limit(1)
    ).first()


def newest_own_act(now: datetime) -> AppointmentAct | None:
    """The user's last act in the ten minutes before, whoever has changed its record since."""
    return session.scalars(_own_acts(now).limit(1)).first()


def list_own_acts(now: datetime) -> list[AppointmentAct]:
    """All of those that can be taken back one after the other, the last first."""
    act, visit = AppointmentAct, Appointment
    rows = session.execute(
        _own_acts(now)
        .add_columns(visit.row_version)
        .join(visit, (visit.tenant_id == act.tenant_id) & (visit.id == act.appointment_id))
        .limit(MOST_TOGETHER)
    )
    stands: dict[int, bool] = {}
    return [
        done for done, version in rows
        if stands.setdefault(done.appointment_id, done.visit_version == version)
    ]  # fmt: skip


def list_acts(group_uid: UUID) -> Sequence[AppointmentAct]:
    """The acts of a group that stand, the last first."""
    return session.scalars(
        _acts()
        .where(AppointmentAct.group_uid == group_uid)
        .order_by(AppointmentAct.id.desc())
        .limit(MOST_TOGETHER)
    ).all()


def acts_since(appointment_id: int, group_uid: UUID) -> Sequence[AppointmentAct]:
    """A group's acts on an appointment that stand, and all since then, the last first."""
    act = AppointmentAct
    first = (
        _acts()
        .with_only_columns(func.min(act.id))
        .where(act.appointment_id == appointment_id, act.group_uid == group_uid)
    )
    return session.scalars(
        _acts()
        .where(act.appointment_id == appointment_id, act.id >= first.scalar_subquery())
        .order_by(act.id.desc())
        .limit(MOST_HISTORY)
    ).all()


def list_history(appointment_id: int) -> list[tuple[AppointmentAct, str | None]]:
    """Everything that was done to a visit with who did it, the last first."""
    act = AppointmentAct
    rows = session.execute(
        select(act, User.name)
        .outerjoin(User, (User.tenant_id == act.tenant_id) & (User.id == act.user_id))
        .where(act.tenant_id == request_context().tenant_id, act.appointment_id == appointment_id)
        .order_by(act.id.desc())
        .limit(MOST_HISTORY)
    )
    return [(found, name) for found, name in rows]


def was_unbooked(appointment_id: int) -> bool:
    """Whether a booking was taken back: then it never was one."""
    act = AppointmentAct
    undone = select(act.id).where(
        act.tenant_id == request_context().tenant_id, act.appointment_id == appointment_id,
        act.kind == "book", act.undone_at.is_not(None),
    )  # fmt: skip
    return session.scalar(undone.limit(1)) is not None


def unbooked() -> Exists:
    """Whether the booking of the appointment at hand was taken back: it is in no list then."""
    act = AppointmentAct
    return exists().where(
        act.tenant_id == Appointment.tenant_id, act.appointment_id == Appointment.id,
        act.kind == "book", act.undone_at.is_not(None),
    )  # fmt: skip


def _own_acts(now: datetime) -> Select[AppointmentAct]:
    act = AppointmentAct
    return (
        _acts()
        .where(act.user_id == request_context().user_id, act.done_at > now - STACK)
        .order_by(act.done_at.desc(), act.id.desc())
    )


def _acts() -> Select[AppointmentAct]:
    act = AppointmentAct
    return select(act).where(act.tenant_id == request_context().tenant_id, act.undone_at.is_(None))
