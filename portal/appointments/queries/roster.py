"""Those who come together: of one slot with several seats, or of one doctor at the same time."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, select

from portal.db import session
from portal.schema.appointments import Appointment
from portal.schema.patients import Patient
from portal.schema.services import Service, ServiceOffering
from portal.tenancy.context import request_context

Attending = tuple[Appointment, Patient, str]
MOST_ATTENDING = 200


def list_group(slot_id: int, *, limit: int = MOST_ATTENDING) -> Sequence[Attending]:
    """The visits of a slot with their patients and services, as they were booked."""
    return _list(Appointment.availability_slot_id == slot_id, limit=limit)


def list_overlapping(
    facility_id: int,
    doctor_id: int,
    since: datetime,
    until: datetime,
    *,
    limit: int = MOST_ATTENDING,
) -> Sequence[Attending]:
    """A doctor's visits of that time with their patients and services, the earliest first."""
    visit = Appointment
    return _list(
        visit.facility_id == facility_id, visit.doctor_id == doctor_id,
        visit.start_at < until, visit.end_at > since, limit=limit,
    )  # fmt: skip


def _list(*which: ColumnElement[bool], limit: int) -> Sequence[Attending]:
    visit, offering = Appointment, ServiceOffering
    rows = session.execute(
        select(visit, Patient, Service.name)
        .join(
            Patient, (Patient.tenant_id == visit.tenant_id) & (Patient.id == visit.patient_id)
        )
        .join(
            offering,
            (offering.tenant_id == visit.tenant_id) & (offering.id == visit.service_offering_id),
        )
        .join(
            Service,
            (Service.tenant_id == offering.tenant_id) & (Service.id == offering.service_id),
        )
        .where(visit.tenant_id == request_context().tenant_id, visit.status != "cancelled", *which)
        .order_by(visit.start_at, visit.id)
        .limit(limit)
    )  # fmt: skip
    return [(row[0], row[1], row[2]) for row in rows]
