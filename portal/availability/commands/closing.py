"""Closing a facility for whole days: an absence of each of its doctors."""

from collections.abc import Mapping
from datetime import date

from portal.availability.commands.materialise import Materialised, materialise_doctors
from portal.availability.queries.closures import doctors_away
from portal.db import session
from portal.doctors.queries import list_places
from portal.scheduling.times import day_span
from portal.schema.availability import AvailabilityException


def close_for_days(facility_id: int, zone: str, days: Mapping[date, str]) -> Materialised:
    """Nobody works at a facility on these local days; who is away already stays so.

    Args:
        facility_id: where.
        zone: the facility's time zone.
        days: each with its reason, such as the holiday's name.
    """
    doctor_ids = sorted({location.doctor_id for location in list_places(facility_id=facility_id)})
    spans = [day_span(day, zone) for day in days]
    already = doctors_away(facility_id, spans)
    session.add_all(
        AvailabilityException(
            doctor_id=doctor_id, facility_id=facility_id, start_at=span.start, end_at=span.end,
            type="blocked", reason=reason,
        )
        for span, reason, away in zip(spans, days.values(), already, strict=True)
        for doctor_id in doctor_ids
        if doctor_id not in away
    )  # fmt: skip
    session.flush()
    return materialise_doctors(doctor_ids, facility_id=facility_id)
