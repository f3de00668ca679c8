"""Taking and giving back seats: the only writes of a slot's count and busy span.

Every caller holds the doctor's lock. The constraints still have the last word.
"""

from datetime import datetime

from sqlalchemy import text

from portal import clock
from portal.appointments.models import Appointment
from portal.appointments.queries import Offer
from portal.appointments.rules import PatientBusy, SlotTaken
from portal.availability.rules import Span
from portal.db import session
from portal.tenancy.context import facts

CONSTRAINTS = {
    "ex_availability_slots_doctor": SlotTaken,
    "ck_availability_slots_booked_count": SlotTaken,
    "uq_availability_slots_natural_key": SlotTaken,
    "ex_appointments_patient": PatientBusy,
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
           AND id IS DISTINCT FROM CAST(:but AS bigint)
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
            "tenant_id": facts().tenant_id,
            "doctor_id": doctor_id,
            "now": clock.now(),
            "user_id": facts().user_id,
        },
    )


def take_seat(slot_id: int, busy: Span) -> None:
    """Take a seat of a slot and the doctor's time with it. Raises SlotTaken when it is full."""
    known = facts()
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
        {"tenant_id": facts().tenant_id, "slot_id": appointment.availability_slot_id},
    )


def is_taken(doctor_id: int, busy: Span, *, but: int | None = None) -> bool:
    """Whether a doctor is held or booked anywhere during a span, one slot not counted."""
    values = {"tenant_id": facts().tenant_id, "doctor_id": doctor_id, "but": but, **_busy(busy)}
    return bool(session.scalar(TAKEN, values))


def make_slot(offer: Offer, *, overbooked: bool) -> int:
    """A slot for one visit at a time that no rule offers; its id. Its seat is still to be taken."""
    values = {
        "tenant_id": facts().tenant_id,
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
