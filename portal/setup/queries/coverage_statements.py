"""The coverage's SQL: offerings in their order, so many at a time, and for whom each stands how.

What a facility says of the plans is asked once, and plans that stand alike are counted together:
ten thousand plans are a few kinds to each offering. Plans with a workflow of their own are told
apart only where an offering has such workflows. Parameters: tenant_id, user_id, now, days, judged.
"""

from functools import cache

from sqlalchemy import TextClause

from portal.scheduling.openings.conditions import ACTIVE, DOCTOR, FACILITY, SERVICE
from portal.scheduling.openings.search import free_starts
from portal.scheduling.slots.predicates import has_seat, is_for, is_supported
from portal.sql import statement

MOST_NAMED = 4


@cache
def judging(given: frozenset[str]) -> TextClause:
    """The statement for the names of what narrows it."""
    return statement(
        "setup/coverage", given=given, most_named=MOST_NAMED, active=ACTIVE, doctor=DOCTOR,
        facility=FACILITY, service=SERVICE, free_starts=free_starts, has_seat=has_seat,
        is_for=is_for, is_supported=is_supported,
    )  # fmt: skip
