"""What can be booked is worked out once for each offering, also where nothing was ever analysed.

The kind: a subquery that is bounded by LIMIT and joined. Where tables have no statistics the
planner takes each for a row or two and works the subquery out anew for each row that it joins; a
clinic that was just imported waited twenty seconds for this page, and was given none.
"""

import json

import pytest
from sqlalchemy import text

from portal import clock
from portal.db import session
from portal.setup.queries.coverage_statements import judging
from tests.support.scheduling import a_practice

pytestmark = pytest.mark.database
OFFERINGS = 15


def loops(node: dict) -> list[float]:
    """How often each node of a plan was worked out."""
    below = [each for child in node.get("Plans", ()) for each in loops(child)]
    return [node["Actual Loops"], *below]


def test_the_offerings_are_found_once_and_not_for_each_of_them(clinic):
    for _ in range(OFFERINGS):
        a_practice(clinic.facility_id)
    values = {
        "tenant_id": clinic.id, "user_id": None, "now": clock.now(), "days": 14, "judged": 400,
    }  # fmt: skip
    explained = text(f"EXPLAIN (ANALYZE, FORMAT JSON) {judging(frozenset()).text}")
    [[plan]] = session.execute(explained, values).all()
    whole = plan if isinstance(plan, list) else json.loads(plan)
    # The planner of PostgreSQL 15 joins three tables so; a joined LIMIT was a fourth.
    assert max(loops(whole[0]["Plan"])) <= OFFERINGS**3
