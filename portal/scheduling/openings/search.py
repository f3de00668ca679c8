"""The search's SQL, put together for what is asked: only the conditions that hold narrow it.

A condition that is sometimes there ("the plan, if any") would keep the planner from an index, so
each shape of question is a statement of its own, which is prepared once.

Times are compared by btree alone, and the correlated parts stay subqueries (OFFSET 0): pulled up
into a join, the expressions around `s.start_at` would not be leakproof, and row security would
keep them from the index. Parameters: tenant_id, user_id, now, first_date, days, limit, minutes.
"""

from functools import cache

from sqlalchemy import TextClause, text

from portal.scheduling.openings.conditions import ACTIVE, OF_SLOT, STANDS_ON, every, workflow
from portal.scheduling.slots.predicates import busy_during, is_part_of_hours, taken_by_others
from portal.sql import source


@cache
def search(given: frozenset[str]) -> TextClause:
    """The statement for the names of what is given of an `OpeningQuery`."""
    offered, starts = parts(given)
    return text(f"WITH {offered}\n{starts}")


def parts(given: frozenset[str]) -> tuple[str, str]:
    """The offerings, as a part of a WITH clause, and their starts, a query that asks them."""
    offered = source(
        "scheduling/offered", given=given, active=ACTIVE, stands_on=STANDS_ON, workflow=workflow
    )
    return offered, source("scheduling/starts", given=given, free_starts=free_starts)


def free_starts(narrowed: str = "", *, moved: bool = False) -> str:
    """The end of a search for an offering's free starts, after the columns.

    Args:
        narrowed: SQL: more conditions, each with its AND.
        moved: whether a visit is moved, whose slot is `:instead_of`.
    """
    return source(
        "scheduling/free_starts", narrowed=narrowed, moved=moved, every=every, of_slot=OF_SLOT,
        busy_during=busy_during, taken_by_others=taken_by_others,
        is_part_of_hours=is_part_of_hours,
    )  # fmt: skip
