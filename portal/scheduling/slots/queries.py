"""Reads of one slot."""

from sqlalchemy import select

from portal import clock
from portal.db import session
from portal.errors import NotFound
from portal.schema.availability import AvailabilitySlot
from portal.tenancy.context import request_context


def get_slot(slot_id: int) -> AvailabilitySlot:
    """Raises NotFound."""
    slot = session.scalar(
        select(AvailabilitySlot).where(
            AvailabilitySlot.tenant_id == request_context().tenant_id,
            AvailabilitySlot.id == slot_id,
        )
    )
    if slot is None:
        raise NotFound
    return slot


def find_held(slot_id: int) -> AvailabilitySlot | None:
    """The slot, while the user holds it."""
    slot = AvailabilitySlot
    return session.scalar(
        select(slot).where(
            slot.tenant_id == request_context().tenant_id,
            slot.id == slot_id,
            slot.reserved_by == request_context().user_id,
            slot.reserved_until > clock.now(),
        )
    )
