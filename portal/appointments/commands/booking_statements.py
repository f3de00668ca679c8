"""The statements of a booking. Parameters: tenant_id, and what the columns are called."""

from functools import cache

from sqlalchemy import TextClause, text

from portal.scheduling.openings.search import parts
from portal.scheduling.slots.writes import RELEASE, TAKE_OFFER, TAKE_SEAT
from portal.sql import statement

# Before a statement that takes longer to plan than to run, and has one good plan.
PLANNED_ONCE = ", set_config('plan_cache_mode', 'force_generic_plan', true)"


def _locking(also: str = "") -> TextClause:
    """The doctor's lock comes first; what follows sees what others committed while it waited."""
    return text(f"""
        SELECT o.doctor_id, pg_advisory_xact_lock(:space + o.doctor_id){also}
          FROM service_offerings o
         WHERE o.tenant_id = :tenant_id AND o.id = :offering_id
    """)  # noqa: S608 - a constant of this file


LOCK = _locking()
LOCK_AND_PLAN = _locking(PLANNED_ONCE)
BOOKED_OR_RELEASED = statement("appointments/booked_or_released", release=RELEASE)
# A time of its own, in a slot that is made for it.
WRITE = statement("appointments/visit_at_own_time", take_seat=TAKE_SEAT.text)


@cache
def book(given: frozenset[str]) -> TextClause:
    """Find the offer, take its seat, and write the visit, unless the key has booked it already.

    Args:
        given: what of an `OpeningQuery` the search asks for.
    """
    offered, starts = parts(given)
    return statement(
        "appointments/booking",
        offered=offered,
        starts=starts,
        release=RELEASE,
        take_offer=TAKE_OFFER,
    )
