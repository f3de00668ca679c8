"""The statements that let go of a slot, hold it, take its seats and give them back.

Whoever runs one that changes a count or a busy span holds the doctor's lock (`locks`); the
constraints still have the last word.
"""

from sqlalchemy import text

from portal.scheduling.slots.predicates import has_seat, is_of_one
from portal.sql import source, statement

# Nobody holds it any more, and its doctor is not taken for it.
LET_GO = """status = 'open', reserved_until = NULL, reserved_by = NULL,
           busy_from = NULL, busy_until = NULL"""
# Expired holds of the doctor are no holds; the user's own give way to what they now book.
RELEASE = f"""UPDATE availability_slots
       SET {LET_GO}
     WHERE tenant_id = :tenant_id AND status = 'reserved'
       AND (reserved_until <= :now OR reserved_by = CAST(:user_id AS bigint))"""  # noqa: S608
RELEASE_HOLDS = text(f"{RELEASE} AND doctor_id = :doctor_id")


def one_more(busy_from: str, busy_until: str, *, capacity: str = "s.capacity") -> str:
    """Slot `s` with one more seat taken; a hold of it was for this.

    Args:
        busy_from, busy_until: SQL: what the appointment takes of the doctor's time.
        capacity: SQL: how many seats there are.
    """
    return f"""booked_count = s.booked_count + 1,
           status = CASE WHEN s.booked_count + 1 = {capacity} THEN 'booked' ELSE 'open' END,
           reserved_until = NULL, reserved_by = NULL,
           busy_from = CASE WHEN s.booked_count = 0 THEN {busy_from}
                            ELSE LEAST(s.busy_from, {busy_from}) END,
           busy_until = CASE WHEN s.booked_count = 0 THEN {busy_until}
                             ELSE GREATEST(s.busy_until, {busy_until}) END"""


# The seat of an opening that the same statement has found, as `offer`.
TAKE_OFFER = f"""UPDATE availability_slots s
       SET {one_more("offer.busy_from", "offer.busy_until")}
      FROM offer
     WHERE s.tenant_id = :tenant_id AND s.id = offer.slot_id AND {has_seat("s")}"""  # noqa: S608
TAKE_SEAT = text(f"""
    UPDATE availability_slots s
       SET {one_more("CAST(:busy_from AS timestamptz)", "CAST(:busy_until AS timestamptz)")}
     WHERE s.tenant_id = :tenant_id AND s.id = :slot_id AND {has_seat("s")}
       AND (s.status <> 'reserved' OR s.reserved_by = CAST(:user_id AS bigint))
    RETURNING s.id
""")  # noqa: S608 - names of columns

TAKE_BACK = statement("scheduling/seat_taken_back", one_more=one_more)

# A slot that no rule supports, or that was made for this one visit, is not offered again.
GIVE_BACK = text(f"""
    UPDATE availability_slots s
       SET booked_count = booked_count - 1,
           status = CASE WHEN booked_count = 1
                          AND (s.orphaned_at IS NOT NULL OR {is_of_one("s")})
                         THEN 'cancelled' ELSE 'open' END,
           busy_from = CASE WHEN booked_count > 1 THEN busy_from END,
           busy_until = CASE WHEN booked_count > 1 THEN busy_until END
     WHERE tenant_id = :tenant_id AND id = :slot_id AND booked_count > 0
""")  # noqa: S608 - names of columns

OWN_AGAIN = statement("scheduling/slot_made_own")

OWN_SLOT = text("""
    INSERT INTO availability_slots (tenant_id, doctor_id, facility_id, service_offering_id,
                                    start_at, end_at, overbooked)
    VALUES (:tenant_id, :doctor_id, :facility_id, :offering_id, :start_at, :end_at, :overbooked)
    RETURNING id
""")

HOLD = text("""
    UPDATE availability_slots
       SET status = 'reserved', reserved_by = :user_id, reserved_until = :until,
           busy_from = :busy_from, busy_until = :busy_until
     WHERE tenant_id = :tenant_id AND id = :slot_id AND status = 'open' AND booked_count = 0
    RETURNING id
""")

RELEASE_OWN = text(f"""
    UPDATE availability_slots
       SET {LET_GO}
     WHERE tenant_id = :tenant_id AND id = :slot_id AND status = 'reserved'
       AND reserved_by = :user_id
    RETURNING id
""")  # noqa: S608 - names of columns

# Rows that somebody is just working on are left to them, so that nothing waits in a ring.
SWEEP = text(f"""
    UPDATE availability_slots s
       SET {LET_GO}
      FROM (SELECT tenant_id, id FROM availability_slots
             WHERE tenant_id = :tenant_id AND status = 'reserved' AND reserved_until <= :now
             ORDER BY id FOR UPDATE SKIP LOCKED) AS expired
     WHERE s.tenant_id = expired.tenant_id AND s.id = expired.id
    RETURNING s.id
""")  # noqa: S608 - names of columns

RELEASE_EXPIRED = text(f"""
    UPDATE availability_slots
       SET {LET_GO}
     WHERE tenant_id = :tenant_id AND doctor_id = ANY(:doctor_ids)
       AND status = 'reserved' AND reserved_until <= :now
""")  # noqa: S608 - names of columns

KEEP_AS_BOOKED = statement("scheduling/slot_kept_as_booked")

LAY_OUT = source("scheduling/slots_laid_out")

# A slot that was made for one appointment has no rule to lose: an absence puts it on the work-list
# by this alone.
TO_DECIDE = text(f"""
    UPDATE availability_slots s
       SET orphaned_at = :now
     WHERE s.tenant_id = :tenant_id AND s.id = ANY(CAST(:slot_ids AS bigint[]))
       AND s.orphaned_at IS NULL AND s.booked_count > 0 AND {is_of_one("s")}
""")  # noqa: S608 - names of columns

DECIDED = statement("scheduling/slots_decided", is_of_one=is_of_one)
