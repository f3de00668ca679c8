"""The day sheet: everybody who comes to a facility on a day, doctor by doctor, by time."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import select

from portal.db import session
from portal.facilities.queries import zone_of
from portal.scheduling.times import day_span
from portal.schema.patients import Patient
from portal.sql import statement
from portal.tenancy.context import request_context

MOST_LINES = 1000

LINES = statement("appointments/day_sheet")


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
