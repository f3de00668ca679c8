"""How many openings a doctor has in a stretch of time, as the board shows them."""

from collections.abc import Sequence

from sqlalchemy import text

from portal import clock
from portal.appointments.queries.day import MOST_OTHERS
from portal.appointments.queries.day_slots import slots_of
from portal.appointments.queries.day_statements import DOCTORS, TAKEN
from portal.availability.rules import Span
from portal.db import session
from portal.tenancy.context import facts

# As the board asks for a day's; an absence is of one doctor and of many days.
SLOTS = text("""
    SELECT s.id, s.doctor_id, s.start_at, s.end_at, s.status, s.capacity, s.booked_count,
           s.orphaned_at, s.overbooked, s.reserved_until, s.reserved_by, NULL AS holder,
           s.created_from_rule_id IS NOT NULL OR s.service_offering_id IS NULL AS by_rule,
           s.service_offering_id AS offering_id
      FROM availability_slots s
     WHERE s.tenant_id = :tenant_id AND s.doctor_id = :doctor_id AND s.facility_id = :facility_id
       AND s.start_at > CAST(:opens AS timestamptz) - interval '24 hours'
       AND s.start_at < CAST(:closes AS timestamptz) + interval '24 hours'
       AND s.status <> 'cancelled'
     ORDER BY s.start_at, s.service_offering_id NULLS FIRST, s.id
""")
EVERY = None


def count_openings(doctor_id: int, facility_id: int, span: Span) -> int:
    """The starts in a span that can still be booked with a doctor at a facility."""
    values = {
        "tenant_id": facts().tenant_id, "doctor_id": doctor_id, "facility_id": facility_id,
        "doctor_ids": [doctor_id], "now": clock.now(), "opens": span.start, "closes": span.end,
        "limit": EVERY,
    }  # fmt: skip
    rows = session.execute(SLOTS, values).all()
    taken = session.execute(TAKEN, values).all()
    doctors = session.execute(DOCTORS, values | {"limit": MOST_OTHERS}).all()
    offered: dict[int, Sequence[Sequence[int]]] = {row.id: row.offered for row in doctors}
    shown = slots_of(rows, {doctor_id: taken}, offered)
    inside = (each for each in shown if span.touches(Span(each.start_at, each.end_at)))
    return len({slot.start_at for slot in inside if slot.free})
