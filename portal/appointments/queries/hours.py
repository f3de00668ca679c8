"""Whether an appointment lies within the hours that its doctor works."""

from portal.appointments.rules.openings import lies_outside
from portal.db import session
from portal.facilities.queries import zone_of
from portal.scheduling.openings.reasons import HOURS, published_until
from portal.scheduling.times import day_span, local_date
from portal.schema.appointments import Appointment
from portal.tenancy.context import request_context


def is_outside_hours(visit: Appointment) -> bool:
    """Whether it begins when its doctor does not work there; of days to come later nobody knows."""
    zone = zone_of(visit.facility_id)
    day = local_date(visit.start_at, zone)
    span = day_span(day, zone)
    values = {
        "tenant_id": request_context().tenant_id, "doctor_id": visit.doctor_id,
        "facility_id": visit.facility_id, "opens": span.start, "closes": span.end,
    }  # fmt: skip
    hours = session.execute(HOURS, values).all()
    if hours:
        return lies_outside(visit.start_at, hours)
    known = published_until(visit.doctor_id, visit.facility_id, zone)
    return known is not None and day <= known
