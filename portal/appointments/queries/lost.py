"""How many openings a doctor has in a stretch of time, as the board shows them."""

from sqlalchemy import text

from portal import clock
from portal.appointments.queries.day_slots import slots_of
from portal.appointments.queries.day_statements import OFFERED, SLOTS_THERE, TAKEN
from portal.availability.rules import Span
from portal.db import session
from portal.tenancy.context import request_context

# As the board asks for a day's; an absence is of one doctor and of many days.
SLOTS = text(f"""{SLOTS_THERE}
       AND s.doctor_id = :doctor_id AND s.status <> 'cancelled'
       AND s.start_at > CAST(:opens AS timestamptz) - interval '24 hours'
       AND s.start_at < CAST(:closes AS timestamptz) + interval '24 hours'
     ORDER BY s.start_at, s.service_offering_id NULLS FIRST, s.id
""")
OFFERED_BY = text(
    f"SELECT {OFFERED} FROM doctors d"  # noqa: S608 - a constant of this room
    " WHERE d.tenant_id = :tenant_id AND d.id = :doctor_id"
)
EVERY = None


def count_openings(doctor_id: int, facility_id: int, span: Span) -> int:
    """The starts in a span that can still be booked with a doctor at a facility."""
    values = {
        "tenant_id": request_context().tenant_id, "doctor_id": doctor_id,
        "facility_id": facility_id,
        "doctor_ids": [doctor_id], "now": clock.now(), "opens": span.start, "closes": span.end,
        "limit": EVERY,
    }  # fmt: skip
    rows = session.execute(SLOTS, values).all()
    taken = session.execute(TAKEN, values).all()
    offered = session.scalars(OFFERED_BY, values).one()
    shown = slots_of(rows, {doctor_id: taken}, {doctor_id: offered})
    inside = (each for each in shown if span.touches(Span(each.start_at, each.end_at)))
    return len({slot.start_at for slot in inside if slot.free})
