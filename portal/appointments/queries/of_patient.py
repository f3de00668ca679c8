"""A patient's appointments: those to come, the soonest first; and the others, the latest first."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import TextClause, select, text

from portal import clock
from portal.db import session
from portal.schema.appointments import Appointment, WaitlistEntry
from portal.schema.patients import Patient
from portal.tenancy.context import request_context

MOST_COMING = 200
ROWS = """
    SELECT a.id, a.start_at, a.status, a.confirmed_at, d.display_name AS doctor,
           s.name AS service, f.name AS facility, f.timezone AS zone
      FROM appointments a
      JOIN service_offerings o ON o.tenant_id = a.tenant_id AND o.id = a.service_offering_id
      JOIN services s ON s.tenant_id = o.tenant_id AND s.id = o.service_id
      JOIN doctors d ON d.tenant_id = a.tenant_id AND d.id = a.doctor_id
      JOIN facilities f ON f.tenant_id = a.tenant_id AND f.id = a.facility_id
     WHERE a.tenant_id = :tenant_id AND a.patient_id = :patient_id AND {which}
     LIMIT :limit OFFSET :offset
"""
IS_COMING = "(a.status IN ('scheduled', 'checked_in', 'in_progress') AND a.end_at > :now)"
COMING = text(ROWS.format(which=f"{IS_COMING} ORDER BY a.start_at, a.id"))
NAMED = text(ROWS.format(which="a.id = ANY(CAST(:ids AS bigint[])) ORDER BY a.start_at, a.id"))
# A booking that was taken back never was one.
UNBOOKED = """(a.status = 'cancelled' AND EXISTS (
       SELECT FROM appointment_acts t
        WHERE t.tenant_id = a.tenant_id AND t.appointment_id = a.id
          AND t.kind = 'book' AND t.undone_at IS NOT NULL))"""
PAST = text(
    ROWS.format(which=f"NOT {IS_COMING} AND NOT {UNBOOKED} ORDER BY a.start_at DESC, a.id DESC")
)


class PatientVisit(NamedTuple):
    """An appointment in a patient's list."""

    id: int
    start_at: datetime
    status: str
    confirmed_at: datetime | None
    doctor: str
    service: str
    facility: str
    zone: str


def list_coming_rows(
    patient_id: int, *, limit: int = MOST_COMING, offset: int = 0
) -> list[PatientVisit]:
    """Appointments that are booked and not over, the soonest first."""
    return _rows(COMING, patient_id, limit, offset)


def list_rows_of(patient_id: int, visits: Sequence[Appointment]) -> list[PatientVisit]:
    """Some of a patient's appointments as rows, the soonest first."""
    return _rows(NAMED, patient_id, len(visits), 0, ids=[visit.id for visit in visits])


def list_past_rows(patient_id: int, *, limit: int, offset: int = 0) -> list[PatientVisit]:
    """Appointments that are over, in whichever way, the latest first."""
    return _rows(PAST, patient_id, limit, offset)


def list_coming_of(patient_id: int) -> Sequence[Appointment]:
    """The appointments that can still be cancelled, the soonest first."""
    return session.scalars(
        select(Appointment)
        .where(
            Appointment.tenant_id == request_context().tenant_id,
            Appointment.patient_id == patient_id,
            Appointment.status.in_(("scheduled", "checked_in")),
            Appointment.end_at > clock.now(),
        )
        .order_by(Appointment.start_at, Appointment.id)
        .limit(MOST_COMING)
    ).all()


def list_waiting_of(patient_id: int) -> Sequence[WaitlistEntry]:
    """A patient's open waitlist entries."""
    return session.scalars(
        select(WaitlistEntry)
        .where(
            WaitlistEntry.tenant_id == request_context().tenant_id,
            WaitlistEntry.patient_id == patient_id,
            WaitlistEntry.status == "waiting",
        )
        .order_by(WaitlistEntry.id)
        .limit(MOST_COMING)
    ).all()


def is_deceased(patient_id: int) -> bool:
    """Whether somebody is recorded as deceased."""
    found = select(Patient.id).where(
        Patient.tenant_id == request_context().tenant_id, Patient.id == patient_id,
        Patient.status == "deceased",
    )  # fmt: skip
    return session.scalar(found) is not None


def _rows(
    statement: TextClause, patient_id: int, limit: int, offset: int, **more: Any
) -> list[PatientVisit]:
    values = {
        "tenant_id": request_context().tenant_id, "patient_id": patient_id, "now": clock.now(),
        "limit": limit, "offset": offset, **more,
    }  # fmt: skip
    return [PatientVisit._make(row) for row in session.execute(statement, values)]
