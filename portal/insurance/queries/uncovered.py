"""Coming visits that their plan does not pay for: it is not accepted there on that date.

Visits belong to a higher area, which this one does not import: the statements ask by name.
"""

from collections.abc import Collection, Sequence
from typing import NamedTuple

from sqlalchemy import text

from portal import clock
from portal.db import session
from portal.facilities.visits import COMING
from portal.insurance.queries.other_facilities import accepting_elsewhere
from portal.sql import statement
from portal.tenancy.context import request_context

IDS = statement("insurance/uncovered_visits", coming=COMING)
COUNT = statement("insurance/uncovered_count", coming=COMING)

BOOKED = text(f"""
SELECT DISTINCT a.insurance_plan_id FROM appointments a
 WHERE {COMING} AND a.facility_id = ANY(:facility_ids) AND a.insurance_plan_id = ANY(:plan_ids)
""")  # noqa: S608 - a constant of the facilities' area

ALTERNATIVES = statement("insurance/alternatives")


class Alternative(NamedTuple):
    """The nearest facility that accepts a visit's plan on its date, and what it offers."""

    name: str
    same_doctor: bool
    same_service: bool


def list_uncovered(
    *,
    facility_ids: Collection[int] | None = None,
    plan_ids: Collection[int] | None = None,
    limit: int | None = None,
    offset: int = 0,
) -> list[int]:
    """The ids of those visits, earliest first; of some facilities or plans where these are given.

    Without a limit they are all listed: a change must count every one that it touches.
    """
    page = {"limit": limit, "offset": offset}
    return list(session.scalars(IDS, _scope(facility_ids, plan_ids) | page))


def count_uncovered(
    *, facility_ids: Collection[int] | None = None, plan_ids: Collection[int] | None = None
) -> int:
    """How many such visits there are."""
    return session.scalar(COUNT, _scope(facility_ids, plan_ids)) or 0


def list_booked_plans(facility_ids: Collection[int], plan_ids: Collection[int]) -> set[int]:
    """Those of the plans under which a coming visit is booked at one of the facilities."""
    return set(session.scalars(BOOKED, _scope(facility_ids, plan_ids)))


def alternatives(ids: Sequence[int]) -> dict[int, Alternative]:
    """For each of these visits that has one, the nearest facility that takes its plan that day.

    One of the person's own, if one of those does.
    """
    if not ids:
        return {}
    rows = session.execute(
        ALTERNATIVES, {"tenant_id": request_context().tenant_id, "ids": list(ids)}
    )
    found = {row.visit_id: Alternative._make(row[1:]) for row in rows}
    accepting_facilities = accepting_elsewhere(set(ids) - found.keys())
    others = {each: Alternative(name, False, True) for each, name in accepting_facilities.items()}
    return others | found


def _scope(
    facility_ids: Collection[int] | None, plan_ids: Collection[int] | None
) -> dict[str, object]:
    return {
        "tenant_id": request_context().tenant_id,
        "now": clock.now(),
        "facility_ids": None if facility_ids is None else sorted(facility_ids),
        "plan_ids": None if plan_ids is None else sorted(plan_ids),
    }
