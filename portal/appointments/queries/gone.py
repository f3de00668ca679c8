"""Reads of a day's appointments that did not take place."""

from datetime import date
from typing import NamedTuple

from sqlalchemy import select

from portal.appointments.queries.acts import unbooked
from portal.db import session
from portal.scheduling.times import day_span
from portal.schema.appointments import Appointment
from portal.schema.services import ServiceOffering
from portal.tenancy.context import request_context


class Gone(NamedTuple):
    """An appointment that was cancelled or missed, and what a new one is made of."""

    id: int
    status: str
    patient_id: int
    service_id: int
    doctor_id: int
    plan_id: int | None
    cancel_code: str | None
    cancel_reason: str | None


def list_gone(facility_id: int, day: date, zone: str, *, limit: int) -> list[Gone]:
    """The cancelled appointments and no-shows of a facility's day, by time.

    A booking that was taken back never was one, and is not among them.
    """
    hours, visit, offering = day_span(day, zone), Appointment, ServiceOffering
    rows = session.execute(
        select(
            visit.id, visit.status, visit.patient_id, offering.service_id, visit.doctor_id,
            visit.insurance_plan_id, visit.cancel_code, visit.cancel_reason,
        )
        .join(
            offering,
            (offering.tenant_id == visit.tenant_id) & (offering.id == visit.service_offering_id),
        )
        .where(
            visit.tenant_id == request_context().tenant_id,
            visit.facility_id == facility_id,
            visit.start_at >= hours.start,
            visit.start_at < hours.end,
            visit.status.in_(("cancelled", "no_show")),
            ~unbooked(),
        )
        .order_by(visit.start_at, visit.id)
        .limit(limit)
    )  # fmt: skip
    return [Gone._make(row) for row in rows]
