"""The day sheet: everybody who comes to a facility on a day, doctor by doctor, by time."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import select, text

from portal.db import session
from portal.facilities.queries import zone_of
from portal.scheduling.times import day_span
from portal.schema.patients import Patient
from portal.tenancy.context import request_context

MOST_LINES = 1000

LINES = text("""
    SELECT a.doctor_id, d.display_name AS doctor, a.start_at, a.end_at, a.status, a.confirmed_at,
           a.overbooked, a.language, s.name AS service, pl.name AS plan,
           NOT EXISTS (SELECT 1 FROM appointments e
                        WHERE e.tenant_id = a.tenant_id AND e.patient_id = a.patient_id
                          AND e.status = 'completed' AND e.start_at < a.start_at) AS is_new,
           a.patient_id
      FROM appointments a
      JOIN doctors d ON d.tenant_id = a.tenant_id AND d.id = a.doctor_id
      JOIN service_offerings o ON o.tenant_id = a.tenant_id AND o.id = a.service_offering_id
      JOIN services s ON s.tenant_id = o.tenant_id AND s.id = o.service_id
      LEFT JOIN insurance_plans pl ON pl.tenant_id = a.tenant_id AND pl.id = a.insurance_plan_id
     WHERE a.tenant_id = :tenant_id AND a.facility_id = :facility_id
       AND a.start_at >= :opens AND a.start_at < :closes AND a.status <> 'cancelled'
     ORDER BY d.sort_last_name, d.sort_first_name, d.id, a.start_at, a.id
     LIMIT :limit
""")


class SheetRow(NamedTuple):
    """An appointment of the day, and whose it is; the patient's fields open when they are read."""

    doctor_id: int
    doctor: str
    start_at: datetime
    end_at: datetime
    status: str
    confirmed_at: datetime | None
    overbooked: bool
    language: str | None
    service: str
    plan: str | None
    is_new: bool
    patient: Patient


def list_day_sheet(facility_id: int, day: date, *, limit: int = MOST_LINES) -> Sequence[SheetRow]:
    """The day's appointments that are not cancelled, in two queries. Raises NotFound."""
    hours, tenant_id = day_span(day, zone_of(facility_id)), request_context().tenant_id
    values = {"tenant_id": tenant_id, "facility_id": facility_id,
              "opens": hours.start, "closes": hours.end, "limit": limit}  # fmt: skip
    rows = session.execute(LINES, values).all()
    of_the_day = Patient.id.in_({row.patient_id for row in rows})
    patients = {
        each.id: each
        for each in session.scalars(
            select(Patient).where(Patient.tenant_id == tenant_id, of_the_day)
        )
    }
    return [SheetRow._make((*row[:-1], patients[row.patient_id])) for row in rows]
