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

# What a facility's contract and the plan's own dates say is asked once for all visits of a facility
# and a plan, of which there may be thousands. The date of service is the facility's; `daterange`
# reads a missing date as open-ended.
UNCOVERED = f"""
WITH coming AS MATERIALIZED (
    SELECT a.id, a.start_at, a.facility_id, a.insurance_plan_id
      FROM appointments a
     WHERE {COMING} AND a.insurance_plan_id IS NOT NULL
       AND (CAST(:facility_ids AS bigint[]) IS NULL OR a.facility_id = ANY(:facility_ids))
       AND (CAST(:plan_ids AS bigint[]) IS NULL OR a.insurance_plan_id = ANY(:plan_ids))),
terms AS MATERIALIZED (
    SELECT f.id AS facility_id, plan.id AS insurance_plan_id, f.timezone,
           CASE WHEN taken.id IS NOT NULL
                THEN daterange(plan.effective_from, plan.effective_to, '[]')
                     * daterange(taken.accepted_since, taken.accepted_until, '[]') END AS span
      FROM (SELECT DISTINCT facility_id, insurance_plan_id FROM coming) AS asked
      JOIN facilities f ON f.tenant_id = :tenant_id AND f.id = asked.facility_id
      JOIN insurance_plans plan ON plan.tenant_id = :tenant_id AND plan.id = asked.insurance_plan_id
      LEFT JOIN facility_insurance_plans taken
        ON taken.tenant_id = :tenant_id AND taken.facility_id = asked.facility_id
       AND taken.insurance_plan_id = asked.insurance_plan_id AND taken.enabled),
uncovered AS (
    SELECT c.id, c.start_at FROM coming c JOIN terms USING (facility_id, insurance_plan_id)
     WHERE span IS NULL OR NOT (c.start_at AT TIME ZONE timezone)::date <@ span)"""  # noqa: S608 - a constant of the facilities' area

IDS = text(f"""{UNCOVERED}
SELECT id FROM uncovered ORDER BY start_at, id LIMIT :limit OFFSET :offset""")  # noqa: S608
COUNT = text(f"{UNCOVERED} SELECT count(*) FROM uncovered")  # noqa: S608 - a constant of this file

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
