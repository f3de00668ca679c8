"""Taking and giving back seats: the only writes of a slot's count and busy span.

Every caller holds the doctor's lock. The constraints still have the last word.
"""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import text

from portal import clock
from portal.db import session
from portal.scheduling.rules import Opening, SlotTaken, TimeTaken
from portal.scheduling.times import Span
from portal.schema.appointments import Appointment
from portal.tenancy.context import request_context

CONSTRAINTS = {
    "ex_availability_slots_doctor": SlotTaken,
    "ck_availability_slots_booked_count": SlotTaken,
    "uq_availability_slots_natural_key": SlotTaken,
}

# Expired holds of the doctor are no holds; the user's own give way to what they now book.
RELEASE = """
    UPDATE availability_slots
       SET status = 'open', reserved_until = NULL, reserved_by = NULL,
           busy_from = NULL, busy_until = NULL
     WHERE tenant_id = :tenant_id AND status = 'reserved'
       AND (reserved_until <= :now OR reserved_by = CAST(:user_id AS bigint))
       AND doctor_id = """
RELEASE_HOLDS = text("".join((RELEASE, ":doctor_id")))
TAKE_SEAT = text("""
    UPDATE availability_slots
       SET booked_count = booked_count + 1,
           status = CASE WHEN booked_count + 1 = capacity THEN 'booked' ELSE 'open' END,
           reserved_until = NULL, reserved_by = NULL,
           busy_from = CASE WHEN booked_count = 0 THEN CAST(:busy_from AS timestamptz)
                            ELSE LEAST(busy_from, :busy_from) END,
           busy_until = CASE WHEN booked_count = 0 THEN CAST(:busy_until AS timestamptz)
                             ELSE GREATEST(busy_until, :busy_until) END
     WHERE tenant_id = :tenant_id AND id = :slot_id AND booked_count < capacity
       AND (status <> 'reserved' OR reserved_by = CAST(:user_id AS bigint))
    RETURNING id
""")

# A slot that has gone meanwhile comes back as it was; one that is there stays as it is by now.
TAKE_BACK = text("""
    UPDATE availability_slots s
       SET booked_count = s.booked_count + 1,
           status = CASE WHEN s.booked_count + 1
                              = CASE s.status WHEN 'cancelled' THEN w.capacity ELSE s.capacity END
                         THEN 'booked' ELSE 'open' END,
           reserved_until = NULL, reserved_by = NULL,
           busy_from = CASE WHEN s.booked_count = 0 THEN w.busy_from
                            ELSE LEAST(s.busy_from, w.busy_from) END,
           busy_until = CASE WHEN s.booked_count = 0 THEN w.busy_until
                             ELSE GREATEST(s.busy_until, w.busy_until) END,
           end_at = CASE s.status WHEN 'cancelled' THEN w.end_at ELSE s.end_at END,
           capacity = CASE s.status WHEN 'cancelled' THEN w.capacity ELSE s.capacity END,
           orphaned_at = CASE s.status WHEN 'cancelled' THEN w.orphaned_at
                                       ELSE s.orphaned_at END,
           service_offering_id = CASE s.status WHEN 'cancelled' THEN w.service_offering_id
                                               ELSE s.service_offering_id END,
           created_from_rule_id = CASE s.status WHEN 'cancelled' THEN (
               SELECT r.id FROM availability_rules r
                WHERE r.tenant_id = :tenant_id AND r.id = w.created_from_rule_id)
               ELSE s.created_from_rule_id END
      FROM jsonb_populate_record(CAST(NULL AS availability_slots), CAST(:slot AS jsonb)) AS w
     WHERE s.tenant_id = :tenant_id AND s.id = w.id
       AND s.booked_count < CASE s.status WHEN 'cancelled' THEN w.capacity ELSE s.capacity END
       AND (s.status <> 'reserved' OR s.reserved_by = CAST(:user_id AS bigint))
    RETURNING s.id
""")

# A slot that no rule supports, or that was made for this one visit, is not offered again.
GIVE_BACK = text("""
    UPDATE availability_slots
       SET booked_count = booked_count - 1,
           status = CASE WHEN booked_count = 1
                          AND (orphaned_at IS NOT NULL OR overbooked
                               OR (created_from_rule_id IS NULL
                                   AND service_offering_id IS NOT NULL))
                         THEN 'cancelled' ELSE 'open' END,
           busy_from = CASE WHEN booked_count > 1 THEN busy_from END,
           busy_until = CASE WHEN booked_count > 1 THEN busy_until END
     WHERE tenant_id = :tenant_id AND id = :slot_id AND booked_count > 0
""")

TAKEN = text("""
    SELECT EXISTS (
        SELECT 1 FROM availability_slots
         WHERE tenant_id = :tenant_id AND doctor_id = :doctor_id
           AND id <> ALL(CAST(:but AS bigint[]))
           AND start_at > CAST(:busy_from AS timestamptz) - interval '36 hours'
           AND start_at < CAST(:busy_until AS timestamptz) + interval '4 hours'
           AND busy_from < :busy_until AND busy_until > :busy_from
           AND (booked_count > 0 OR status = 'reserved'))
""")

SLOT_THEN = text("""
    SELECT id FROM availability_slots
     WHERE tenant_id = :tenant_id AND doctor_id = :doctor_id AND facility_id = :facility_id
       AND start_at = :start_at AND booked_count = 0 AND status IN ('open', 'cancelled')
       AND NOT overbooked
       AND (service_offering_id = :offering_id
            OR (service_offering_id IS NULL AND status = 'open'))
     ORDER BY status DESC, service_offering_id NULLS LAST
     LIMIT 1
""")

# A cancelled slot of the same natural key serves the new visit: it is this visit's now. So is one
# that was held when its hours went and has been let go since: no rule has to support it.
OWN_AGAIN = text("""
    UPDATE availability_slots
       SET end_at = CASE status WHEN 'cancelled' THEN :end_at ELSE end_at END,
           capacity = CASE status WHEN 'cancelled' THEN 1 ELSE capacity END,
           created_from_rule_id = CASE WHEN status <> 'cancelled' AND orphaned_at IS NULL
                                       THEN created_from_rule_id END,
           service_offering_id = CASE WHEN orphaned_at IS NULL THEN service_offering_id
                                      ELSE :offering_id END,
           orphaned_at = NULL
     WHERE tenant_id = :tenant_id AND id = :slot_id
""")

OWN_SLOT = text("""
    INSERT INTO availability_slots (tenant_id, doctor_id, facility_id, service_offering_id,
                                    start_at, end_at, overbooked)
    VALUES (:tenant_id, :doctor_id, :facility_id, :offering_id, :start_at, :end_at, :overbooked)
    RETURNING id
""")


def release_holds(doctor_id: int) -> None:
    """Release the doctor's expired holds and the user's own, whether or not anything swept them."""
    session.execute(
        RELEASE_HOLDS,
        {
            "tenant_id": request_context().tenant_id,
            "doctor_id": doctor_id,
            "now": clock.now(),
            "user_id": request_context().user_id,
        },
    )


def take_seat(slot_id: int, busy: Span) -> None:
    """Take a seat of a slot and the doctor's time with it. Raises SlotTaken when it is full."""
    known = request_context()
    values = {
        "tenant_id": known.tenant_id,
        "slot_id": slot_id,
        "user_id": known.user_id,
        **_busy(busy),
    }
    if session.execute(TAKE_SEAT, values).one_or_none() is None:
        raise SlotTaken


def give_back_seat(appointment: Appointment) -> None:
    """Free a visit's seat and, with the last one, the doctor's time."""
    session.execute(
        GIVE_BACK,
        {"tenant_id": request_context().tenant_id, "slot_id": appointment.availability_slot_id},
    )


def take_back_seat(slot: dict[str, Any], beside: Sequence[int]) -> None:
    """Take the seat that a visit had, and its doctor's time as it was taken then.

    Args:
        slot: the slot's row as it was.
        beside: the slots for which the doctor was taken at the same time already.

    Raises:
        TimeTaken: somebody else has it now, or the doctor is taken for something newer.
    """
    busy = Span(*(datetime.fromisoformat(slot[end]) for end in ("busy_from", "busy_until")))
    if is_taken(slot["doctor_id"], busy, but=[slot["id"], *beside]):
        raise TimeTaken
    known = request_context()
    values = {
        "tenant_id": known.tenant_id, "user_id": known.user_id, "slot": json.dumps(slot)
    }  # fmt: skip
    if session.execute(TAKE_BACK, values).one_or_none() is None:
        raise TimeTaken


def is_taken(doctor_id: int, busy: Span, *, but: Sequence[int] = ()) -> bool:
    """Whether a doctor is held or booked anywhere during a span, some slots not counted."""
    known = {"tenant_id": request_context().tenant_id, "doctor_id": doctor_id, "but": list(but)}
    return bool(session.scalar(TAKEN, known | _busy(busy)))


def make_slot(offer: Opening, *, overbooked: bool) -> int:
    """A slot for one visit at a time that no rule offers; its id. Its seat is still to be taken."""
    values = {
        "tenant_id": request_context().tenant_id,
        "doctor_id": offer.doctor_id,
        "facility_id": offer.facility_id,
        "offering_id": offer.offering_id,
        "start_at": offer.start_at,
        "end_at": offer.end_at,
        "overbooked": overbooked,
    }
    slot_id = None if overbooked else session.scalar(SLOT_THEN, values)
    if slot_id is None:
        return int(session.execute(OWN_SLOT, values).scalar_one())
    session.execute(OWN_AGAIN, values | {"slot_id": slot_id})
    return int(slot_id)


def _busy(busy: Span) -> dict[str, datetime]:
    return {"busy_from": busy.start, "busy_until": busy.end}
