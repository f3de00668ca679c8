"""All that is written of appointments, as plain values that two courses of events can share.

Left out is what says when a row was last written (versions, `updated_*`), what is kept for the
record (replaced steps, acts), and slots that nobody can see: cancelled, and nobody's.
"""

from typing import Any

from sqlalchemy import select, text

from portal.db import session
from portal.schema.appointments import Appointment

SLOTS = text("""
    SELECT id, doctor_id, facility_id, service_offering_id, start_at, end_at, capacity,
           booked_count, status, busy_from, busy_until, overbooked, orphaned_at IS NOT NULL
      FROM availability_slots
     WHERE status <> 'cancelled' OR booked_count > 0
""")
VISITS = text("""
    SELECT a.id, a.availability_slot_id,
           to_jsonb(a)
               - ARRAY['availability_slot_id', 'notes', 'row_version', 'updated_at', 'updated_by'],
           (SELECT jsonb_agg(to_jsonb(s) - 'updated_at' ORDER BY s.id) FROM appointment_steps s
             WHERE s.appointment_id = a.id AND s.replaced_at IS NULL)
      FROM appointments a
""")
AWAY = text("SELECT doctor_id, facility_id, start_at, end_at FROM availability_exceptions")
WISHES = text("SELECT id, to_jsonb(w) - ARRAY['row_version', 'updated_at'] FROM waitlist_entries w")


def everything(visit_ids: set[int] | None = None, *, hours: bool = True) -> dict[str, Any]:
    """Every row of those visits (None: of all), and all slots, absences and waitlist entries.

    Args:
        visit_ids: which appointments.
        hours: also what hours alone say of a slot that somebody sits in: its end, seats and rest.
    """
    session.flush()
    slots = {row.id: _slot(row, hours=hours) for row in session.execute(SLOTS)}
    written = select(Appointment).where(Appointment.notes_envelope.is_not(None))
    notes = {visit.id: visit.notes for visit in session.scalars(written)}
    return {
        "visits": {
            row[0]: (row[2], row[3], slots.get(row[1]), notes.get(row[0]))
            for row in session.execute(VISITS)
            if visit_ids is None or row[0] in visit_ids
        },
        "slots": sorted(slots.values(), key=repr),
        "away": sorted(tuple(row) for row in session.execute(AWAY)),
        "wishes": sorted(tuple(row) for row in session.execute(WISHES)),
    }


def _slot(row: Any, *, hours: bool) -> tuple[Any, ...]:
    if hours or not row.booked_count:
        return tuple(row[1:])
    return (
        row.doctor_id, row.facility_id, row.start_at, row.booked_count, row.busy_from,
        row.busy_until, row.overbooked,
    )  # fmt: skip


def what_differs(one: dict[str, Any], other: dict[str, Any]) -> list[tuple[Any, Any]]:
    """What only one of the two has, in pairs: a person reads it when a test fails."""
    pairs = [
        (one["visits"].get(key), other["visits"].get(key))
        for key in sorted({*one["visits"], *other["visits"]})
    ]
    for name in ("slots", "away", "wishes"):
        gone = [each for each in one[name] if each not in other[name]]
        new = [each for each in other[name] if each not in one[name]]
        pairs.append((gone, new))
    return [pair for pair in pairs if pair[0] != pair[1]]
