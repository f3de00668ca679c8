"""A patient's appointments: those to come, the soonest first; and the others, the latest first."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import TextClause, select

from portal import clock
from portal.db import session
from portal.schema.appointments import Appointment, WaitlistEntry
from portal.schema.patients import Patient
from portal.sql import statement
from portal.tenancy.context import request_context

MOST_COMING = 200
COMING = statement("appointments/visits_of_patient", which="coming")
NAMED = statement("appointments/visits_of_patient", which="named")
PAST = statement("appointments/visits_of_patient", which="past")


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
