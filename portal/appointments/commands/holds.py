"""Holding a start while a dialog is open, so that two people do not book past each other."""

from datetime import timedelta

from sqlalchemy import select

from portal import clock
from portal.appointments.commands.refusal import refusal
from portal.audit.notes import note
from portal.db import session
from portal.errors import DomainError, refusing
from portal.scheduling.openings.listing import OpeningQuery, find_opening
from portal.scheduling.rules import NotAnOpening, Opening, SlotHeld, SlotTaken
from portal.scheduling.slots import seats, writes
from portal.scheduling.slots.locks import lock_doctors
from portal.scheduling.slots.queries import find_held, get_slot
from portal.scheduling.times import Span
from portal.schema.accounts import User
from portal.schema.availability import AvailabilitySlot
from portal.tenancy.context import request_context

DEFAULT_HOLD_MINUTES = 5


def hold_slot(
    slot_id: int, *, offering_id: int | None = None, plan_id: int | None = None
) -> AvailabilitySlot:
    """Hold a single-seat slot for the user, or extend their own hold, for the tenant's minutes.

    With an offering the doctor is held for the whole visit, else for the slot. Seats of a group
    slot are counted, not held: such a slot comes back as it was.

    Raises:
        SlotHeld: somebody else is holding it; SlotTaken: it is booked; NotAnOpening: it is none.
        NotFound: no such slot.
    """
    slot = get_slot(slot_id)
    if slot.capacity > 1:
        return slot
    lock_doctors([slot.doctor_id])
    seats.release_holds(slot.doctor_id)
    session.refresh(slot)
    if slot.status == "reserved":
        raise SlotHeld(holder=_holder(slot))
    busy = _busy(slot, offering_id, plan_id)
    values = {
        "tenant_id": request_context().tenant_id,
        "slot_id": slot_id,
        "user_id": request_context().user_id,
        "until": clock.now() + timedelta(minutes=hold_minutes()),
        "busy_from": busy.start,
        "busy_until": busy.end,
    }
    with refusing(seats.CONSTRAINTS):
        if session.execute(writes.HOLD, values).one_or_none() is None:
            raise _gone(slot, offering_id, plan_id)
    session.refresh(slot)
    note("slots.hold", table="availability_slots", record=slot_id)
    return slot


def hold_instead(
    before: int | None, offer: Opening | None, *, plan_id: int | None = None
) -> AvailabilitySlot | None:
    """Hold an opening for the user, and let go of the one that was held before.

    The same one stays held as it is while it takes the same time. Nothing is held of a group,
    or when there is no opening to hold.

    Raises:
        What `hold_slot` raises.
    """
    held = find_held(before) if before is not None else None
    if held is not None and offer is not None and _is_for(held, offer):
        return held
    lock_doctors({each.doctor_id for each in (held, offer) if each is not None})
    if held is not None and (offer is None or held.id != offer.slot_id):
        release_slot(held.id)
    if offer is None:
        return None
    slot = hold_slot(offer.slot_id, offering_id=offer.offering_id, plan_id=plan_id)
    return slot if slot.reserved_until is not None else None


def release_slot(slot_id: int) -> None:
    """Let go of the user's own hold; nobody else's is touched, and none is no error."""
    slot = get_slot(slot_id)
    lock_doctors([slot.doctor_id])
    values = {
        "tenant_id": request_context().tenant_id,
        "slot_id": slot_id,
        "user_id": request_context().user_id,
    }
    if session.execute(writes.RELEASE_OWN, values).one_or_none() is not None:
        session.refresh(slot)
        note("slots.release", table="availability_slots", record=slot_id)


def sweep_holds() -> int:
    """Release every expired hold of the clinic; how many there were.

    Booking releases those in its way by itself, except at facilities that its user cannot change.
    """
    values = {"tenant_id": request_context().tenant_id, "now": clock.now()}
    return len(session.execute(writes.SWEEP, values).all())


def hold_minutes() -> int:
    """For how long a hold lasts."""
    return int(request_context().settings.get("hold_minutes", DEFAULT_HOLD_MINUTES))


def _busy(slot: AvailabilitySlot, offering_id: int | None, plan_id: int | None) -> Span:
    """How long a hold takes the doctor: for the whole visit where it is known."""
    offer: Opening | None = None
    if offering_id is not None:
        wanted = OpeningQuery(offering_id=offering_id, plan_id=plan_id, slot_id=slot.id)
        offer = find_opening(wanted, slot.start_at)
        if offer is None:
            raise _gone(slot, offering_id, plan_id)
    if offer is not None:
        return Span(offer.busy_from, offer.busy_until)
    return Span(slot.start_at, slot.end_at)


def _gone(slot: AvailabilitySlot, offering_id: int | None, plan_id: int | None) -> DomainError:
    """Why it cannot be held: it is booked, or is no opening for what it is wanted for."""
    if offering_id is None:
        return SlotTaken() if slot.booked_count else NotAnOpening()
    wanted = OpeningQuery(offering_id=offering_id, plan_id=plan_id)
    return refusal(wanted, slot.start_at, chosen=True)


def _is_for(held: AvailabilitySlot, offer: Opening) -> bool:
    times = (held.busy_from, held.busy_until)
    return held.id == offer.slot_id and times == (offer.busy_from, offer.busy_until)


def _holder(slot: AvailabilitySlot) -> str:
    """Who holds a slot, by name."""
    name = session.scalar(
        select(User.name).where(
            User.tenant_id == request_context().tenant_id, User.id == slot.reserved_by
        )
    )
    return name or "?"
