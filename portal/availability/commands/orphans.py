"""Deciding about visits that no rule supports any more: they can stay as they are."""

from sqlalchemy import text

from portal.db import session
from portal.refusals import N_, Conflict, NotFound, refusing
from portal.scheduling.slots.locks import lock_doctors
from portal.scheduling.slots.queries import get_slot
from portal.tenancy.context import request_context


class StartKeptAlready(Conflict):
    message = N_("Another slot for this service starts then. Move the appointment there instead.")


CONSTRAINTS = {"uq_availability_slots_natural_key": StartKeptAlready}

# From now on the slot is as one that was made for its visit: no rule has to support it, and no
# more seats of it are offered.
KEEP = text("""
    UPDATE availability_slots s
       SET orphaned_at = NULL, created_from_rule_id = NULL, capacity = booked_count,
           status = 'booked',
           service_offering_id = COALESCE(service_offering_id, (
               SELECT a.service_offering_id FROM appointments a
                WHERE a.tenant_id = s.tenant_id AND a.availability_slot_id = s.id
                  AND a.status IN ('scheduled', 'checked_in', 'in_progress')
                ORDER BY a.start_at, a.id LIMIT 1))
     WHERE tenant_id = :tenant_id AND id = :slot_id
    RETURNING id
""")


def keep_as_booked(slot_id: int) -> None:
    """Let an orphaned slot's visits stand although no rule supports it; twice is once.

    Raises:
        NotFound: no such slot, or one at a facility that is not the person's to change.
        StartKeptAlready: the same service has another slot at that start.
    """
    slot = get_slot(slot_id)
    lock_doctors([slot.doctor_id])
    session.refresh(slot)
    if slot.orphaned_at is None or not slot.booked_count:
        return
    with refusing(CONSTRAINTS):
        kept = session.scalar(KEEP, {"tenant_id": request_context().tenant_id, "slot_id": slot_id})
    if kept is None:
        raise NotFound
    session.expire(slot)
