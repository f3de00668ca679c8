"""Coverage: every offering for every plan and self-pay, and why it cannot be booked.

A start is looked for with the very conditions of the booking's search, once for all plans under
which the visit has the same length and dates. Offerings are judged so many at a time, in their
order; the reader can have it go on to the next.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import Any

from portal import clock
from portal.db import pipeline, with_generic_plan
from portal.insurance.queries.payers import list_plan_names
from portal.scheduling.openings.listing import HORIZON
from portal.setup.queries.coverage_statements import MOST_NAMED, judging
from portal.sorting import sort_key
from portal.tenancy.context import request_context

MOST_ROWS = 40
MOST_JUDGED = 40


@dataclass(frozen=True)
class CoverageQuery:
    """Which part is looked at.

    Attributes:
        problem: one problem's code, `any`, `none` (what can be booked), or empty: any but a plan
            that the facility does not accept, which is most often meant so.
    """

    facility_id: int | None = None
    doctor_id: int | None = None
    problem: str = ""

    def shows(self, problems: Sequence[str]) -> bool:
        """Whether what stands in the way like this is asked for."""
        return {
            "": bool(problems) and problems != ["not_accepted"],
            "any": bool(problems),
            "none": not problems,
        }.get(self.problem, self.problem in problems)


@dataclass(frozen=True)
class Coverage:
    """An offering and those for whom it stands alike.

    Attributes:
        problems: codes, all of which stand in the way; none: it can be booked.
        plans: how many plans, of which `plan_ids` and `names` are some.
        start_at: the earliest start on offer.
    """

    offering_id: int
    doctor_id: int
    facility_id: int
    service_id: int
    place_id: int | None
    doctor: str
    facility: str
    service: str
    zone: str
    problems: Sequence[str]
    self_pay: bool
    plans: int
    plan_ids: Sequence[int]
    start_at: datetime | None
    names: Sequence[str] = ()


@dataclass(frozen=True)
class Covered:
    """A stretch of the list.

    Attributes:
        rows: of the offerings that were judged those that are asked for.
        after: the offering after which the next stretch begins, or None at the list's end.
        more: whether the next stretch is known to have rows; else judging only stopped.
    """

    rows: Sequence[Coverage]
    after: int | None = None
    more: bool = False


def coverage(
    query: CoverageQuery,
    *,
    after: int | None = None,
    limit: int = MOST_ROWS,
    judged: int = MOST_JUDGED,
) -> Covered:
    """The coverage by doctor, facility and service; in two statements.

    Rows of one offering stay together: there may be a few more than `limit` if the first has them.
    """
    narrowed = {"facility_id": query.facility_id, "doctor_id": query.doctor_id, "after": after}
    given = {name: value for name, value in narrowed.items() if value is not None}
    known = request_context()
    values = {
        "tenant_id": known.tenant_id, "user_id": known.user_id, "now": clock.now(),
        "days": HORIZON, "judged": judged,
    } | given  # fmt: skip
    # It takes as long to plan as to run, and has one good plan.
    _once, found, _usual = pipeline(*with_generic_plan(judging(frozenset(given)), values))
    return _cut(found, query, limit, judged)


def _cut(found: Iterable[Any], query: CoverageQuery, limit: int, judged: int) -> Covered:
    """The rows that are asked for, offering by offering, until there are enough."""
    rows: list[Coverage] = []
    after: int | None = None
    for (number, offering_id), kinds in groupby(found, key=attrgetter("number", "offering_id")):
        if number > judged:
            return Covered(_named(rows), after)
        remaining = [row for row in _merged(kinds) if query.shows(row.problems)]
        if rows and len(rows) + len(remaining) > limit:
            return Covered(_named(rows), after, more=True)
        rows += remaining
        after = offering_id
    return Covered(_named(rows))


def _merged(kinds: Iterable[Any]) -> Iterator[Coverage]:
    """Of one offering: plans with the same problems stand together."""
    for problems, group in groupby(kinds, key=attrgetter("problems")):
        alike = list(group)
        first = alike[0]
        yield Coverage(
            first.offering_id, first.doctor_id, first.facility_id, first.service_id,
            first.place_id, first.doctor, first.facility, first.service, first.zone, problems,
            self_pay=any(each.self_pay for each in alike),
            plans=sum(each.plans for each in alike),
            plan_ids=sorted(plan_id for each in alike for plan_id in each.plan_ids)[:MOST_NAMED],
            start_at=min((each.start_at for each in alike if each.start_at), default=None),
        )  # fmt: skip


def _named(rows: Sequence[Coverage]) -> list[Coverage]:
    """The rows with the plans' names, by name."""
    ids = {plan_id for row in rows for plan_id in row.plan_ids}
    names = list_plan_names(ids)
    return [
        replace(row, names=sorted((names[each] for each in row.plan_ids), key=sort_key))
        for row in rows
    ]
