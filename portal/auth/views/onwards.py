"""Where a person goes next, and never to another site."""

from portal.db import state
from portal.web.addresses import own_address
from portal.web.answers import address_of

OWED = {"code": "auth.code", "enrolment": "auth.enrolment"}


def owed() -> str | None:
    """The endpoint at which this session gives what it still owes."""
    known = state().request_context
    return OWED[known.pending_step] if known is not None and known.pending_step else None


def onwards(address: str | None) -> str:
    """To the wanted page, or first to where the session gives what it owes."""
    page, wanted = owed(), own_address(address)
    return address_of(page, next=wanted) if page else wanted
