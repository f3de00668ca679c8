"""Taking and giving back the seats of a slot.

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
from portal.scheduling.slots import writes
from portal.scheduling.slots.predicates import busy_during, excluded
from portal.scheduling.times import Span
from portal.schema.appointments import Appointment
from portal.tenancy.context import request_context

BUSY = busy_during("t", "CAST(:busy_from AS timestamptz)", "CAST(:busy_until AS timestamptz)")

CONSTRAINTS = {
    "ex_availability_slots_doctor": SlotTaken,
    "ck_availability_slots_booked_count": SlotTaken,
    "uq_availability_slots_natural_key": SlotTaken,
}

TAKEN = text(f"""
    SELECT EXISTS (
        SELECT 1 FROM availability_slots t
         WHERE t.tenant_id = :tenant_id AND t.doctor_id = :doctor_id
           AND t.id <> ALL(CAST(:but AS bigint[]))
           AND {BUSY}
           AND {excluded("t")})
""")  # noqa: S608 - names of columns

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


def release_holds(doctor_id: int) -> None:
    """Release the doctor's expired holds and the user's own, whether or not anything swept them."""
    session.execute(
        writes.RELEASE_HOLDS,
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
    if session.execute(writes.TAKE_SEAT, values).one_or_none() is None:
        raise SlotTaken


def give_back_seat(appointment: Appointment) -> None:
    """Free a visit's seat and, with the last one, the doctor's time."""
    session.execute(
        writes.GIVE_BACK,
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
    if session.execute(writes.TAKE_BACK, values).one_or_none() is None:
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
        return int(session.execute(writes.OWN_SLOT, values).scalar_one())
    session.execute(writes.OWN_AGAIN, values | {"slot_id": slot_id})
    return int(slot_id)


def _busy(busy: Span) -> dict[str, datetime]:
    return {"busy_from": busy.start, "busy_until": busy.end}
