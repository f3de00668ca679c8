"""Absences as they were recorded, and the calls that follow."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Select, select, text

from portal.db import session
from portal.errors import NotFound
from portal.names import listed
from portal.phi.sealed import open_field
from portal.schema.absences import Absence, AbsenceSpan, AbsenceVisit
from portal.schema.availability import AvailabilitySlot
from portal.sql import statement
from portal.tenancy.context import request_context

LIST = statement("absences/absences")

SPANS = text("""
    SELECT s.facility_id, f.name AS facility, f.timezone AS zone, s.start_at, s.end_at
      FROM absence_spans s
      JOIN facilities f ON f.tenant_id = s.tenant_id AND f.id = s.facility_id
     WHERE s.tenant_id = :tenant_id AND s.absence_id = :absence_id
     ORDER BY f.sort_name, f.id
""")

CALLS = statement("absences/calls", only_some=False)
SOME_CALLS = statement("absences/calls", only_some=True)


class AbsenceRow(NamedTuple):
    """An absence in the list; times in UTC, `zone` one facility's."""

    id: int
    doctor: str
    type: str
    reason: str | None
    visits: int
    undone_at: datetime | None
    start_at: datetime
    end_at: datetime
    zone: str
    facilities: str
    calls: int


class SpanRow(NamedTuple):
    """An absence at one facility, in its zone."""

    facility_id: int
    facility: str
    zone: str
    start_at: datetime
    end_at: datetime


class Call(NamedTuple):
    """A patient to be called: what was, and how the visit stands now."""

    appointment_id: int
    patient: str
    phone: str | None
    mrn: str | None
    service: str
    outcome: str
    from_start_at: datetime
    from_zone: str
    from_doctor: str
    to_start_at: datetime | None
    status: str
    start_at: datetime
    zone: str
    doctor: str
    facility: str
    called_at: datetime | None
    called_by: str | None
    returned_at: datetime | None
    informed: bool

    @property
    def needed(self) -> bool:
        """Whether the patient has something to be told, now or before."""
        return self.returned_at is None or self.informed

    @property
    def stands(self) -> str:
        """In a word: `back`, `cancelled`, `left` where it was, or `moved`."""
        if self.status == "cancelled":
            return "cancelled"
        if self.start_at == self.from_start_at and self.doctor == self.from_doctor:
            return "left" if self.returned_at is None else "back"
        return "moved"


def get_absence(absence_id: int) -> Absence:
    """Raises NotFound; also where none of its facilities is the person's."""
    absence = session.scalar(
        select(Absence).where(
            Absence.tenant_id == request_context().tenant_id, Absence.id == absence_id
        )
    )
    if absence is None or not list_spans(absence_id):
        raise NotFound
    return absence


def find_by_key(key: UUID) -> Absence | None:
    """The absence that a one-time key has recorded already."""
    return session.scalar(
        select(Absence).where(
            Absence.tenant_id == request_context().tenant_id, Absence.absence_key == key
        )
    )


def list_by_keys(keys: Collection[UUID]) -> Sequence[Absence]:
    """The absences that these one-time keys have recorded."""
    return session.scalars(
        select(Absence).where(
            Absence.tenant_id == request_context().tenant_id, Absence.absence_key.in_(keys)
        )
    ).all()


def list_absences(*, limit: int = 51, offset: int = 0) -> list[AbsenceRow]:
    """Those at the person's facilities, the last recorded first."""
    values = {"tenant_id": request_context().tenant_id, "limit": limit, "offset": offset}
    return [AbsenceRow._make(row) for row in session.execute(LIST, values)]


def list_spans(absence_id: int) -> list[SpanRow]:
    """Where an absence holds, by facility; those the person is let into."""
    values = {"tenant_id": request_context().tenant_id, "absence_id": absence_id}
    return [SpanRow._make(row) for row in session.execute(SPANS, values)]


def list_calls(
    absence_id: int, *, only: Sequence[int] | None = None, limit: int = 51, offset: int = 0
) -> list[Call]:
    """Whom to call, as the visits would have come. Their patients count as seen.

    Args:
        only: the ids of visits; None for every one.
    """
    values = {"tenant_id": request_context().tenant_id, "absence_id": absence_id,
              "ids": only, "limit": limit, "offset": offset}  # fmt: skip
    rows = session.execute(CALLS if only is None else SOME_CALLS, values)
    return [_call(row) for row in rows]


def get_call(absence_id: int, appointment_id: int) -> Call:
    """One line of the sheet; raises NotFound."""
    for call in list_calls(absence_id, only=[appointment_id]):
        return call
    raise NotFound


def get_decided(absence_id: int, appointment_id: int) -> AbsenceVisit:
    """The record behind a line of the sheet; raises NotFound."""
    found = session.scalar(
        _decided(absence_id).where(AbsenceVisit.appointment_id == appointment_id)
    )
    if found is None:
        raise NotFound
    return found


def list_decided(absence_id: int) -> Sequence[AbsenceVisit]:
    """The outcome for every visit, in the order in which they would have been."""
    ordered = _decided(absence_id).order_by(AbsenceVisit.from_start_at, AbsenceVisit.id)
    return session.scalars(ordered).all()


def list_own_spans(absence_id: int) -> Sequence[AbsenceSpan]:
    """The records of where it holds."""
    return session.scalars(
        select(AbsenceSpan)
        .where(
            AbsenceSpan.tenant_id == request_context().tenant_id,
            AbsenceSpan.absence_id == absence_id,
        )
        .order_by(AbsenceSpan.facility_id)
    ).all()


def doctors_of(slot_ids: Sequence[int]) -> list[int]:
    """Whose slots these are."""
    slot = AvailabilitySlot
    found = select(slot.doctor_id).where(
        slot.tenant_id == request_context().tenant_id, slot.id.in_(slot_ids)
    )
    return sorted(set(session.scalars(found)))


def _decided(absence_id: int) -> Select[AbsenceVisit]:
    return select(AbsenceVisit).where(
        AbsenceVisit.tenant_id == request_context().tenant_id, AbsenceVisit.absence_id == absence_id
    )


def _call(row: Any) -> Call:
    first, last, phone = (
        None if envelope is None else open_field(
            "patients", column, row.row_uid, envelope, patient_id=row.patient_id
        )
        for column, envelope in (
            ("first_name", row.first_envelope),
            ("last_name", row.last_envelope),
            ("phone", row.phone_envelope),
        )
    )  # fmt: skip
    name = listed(last, first)
    return Call(
        row.appointment_id, name, phone, row.mrn, row.service, row.outcome, row.from_start_at,
        row.from_zone, row.from_doctor, row.to_start_at, row.status, row.start_at, row.zone,
        row.doctor, row.facility, row.called_at, row.called_by, row.returned_at, row.informed,
    )  # fmt: skip
