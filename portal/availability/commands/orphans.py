"""Deciding about visits that no rule supports any more: they can stay as they are."""

from portal.db import session
from portal.errors import N_, Conflict, NotFound, refusing
from portal.scheduling.slots import writes
from portal.scheduling.slots.locks import lock_doctors
from portal.scheduling.slots.queries import get_slot
from portal.tenancy.context import request_context


class StartKeptAlready(Conflict):
    message = N_("Another slot for this service starts then. Move the appointment there instead.")


CONSTRAINTS = {"uq_availability_slots_natural_key": StartKeptAlready}


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
        kept = session.scalar(
            writes.KEEP_AS_BOOKED, {"tenant_id": request_context().tenant_id, "slot_id": slot_id}
        )
    if kept is None:
        raise NotFound
    session.expire(slot)
