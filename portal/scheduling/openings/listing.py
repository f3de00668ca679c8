"""Openings: starts at which a whole visit fits, under the plan that pays for it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple

from portal import clock
from portal.db import pipeline, with_generic_plan
from portal.scheduling.openings.search import search
from portal.scheduling.rules import Opening
from portal.services.queries.workflows import list_workflow_steps
from portal.tenancy.context import request_context

DEFAULT_DAYS = 14
DEFAULT_LIMIT = 60
NEAREST = 5
# Days: far enough for any horizon a tenant may set.
HORIZON = 2 * 366


class StepPlan(NamedTuple):
    """A step a visit would take, with its times."""

    position: int
    name: str
    start_at: datetime
    end_at: datetime
    minutes: int
    location_type: str | None
    requires_preparation: bool
    can_be_skipped: bool


@dataclass(frozen=True)
class OpeningQuery:
    """A search for openings. Everything but the service or offering may be left open.

    Attributes:
        minutes: the length of a visit that is being moved; None: its workflow's.
        from_at, until_at: no start before the one or after the other.
        on_dates: on these local dates alone.
        time_from, time_until: a part of the day: local times, the second not included.
        instead_of: the slot of a visit that is being moved, which does not stand in its own way.
    """

    offering_id: int | None = None
    service_id: int | None = None
    plan_id: int | None = None
    doctor_id: int | None = None
    facility_id: int | None = None
    slot_id: int | None = None
    from_at: datetime | None = None
    until_at: datetime | None = None
    minutes: int | None = None
    on_dates: Sequence[date] | None = None
    time_from: time | None = None
    time_until: time | None = None
    instead_of: int | None = None


def list_openings(
    wanted: OpeningQuery,
    *,
    first_date: date | None = None,
    days: int = DEFAULT_DAYS,
    limit: int = DEFAULT_LIMIT,
) -> list[Opening]:
    """The starts on offer, earliest first.

    Args:
        wanted: an offering, or a service over its doctors and facilities, and the plan.
        first_date: the first local date; None for today.
        days: how many dates are searched.
        limit: at most so many starts.
    """
    given, values = search_asked(wanted, first_date=first_date, days=days, limit=limit)
    return _offers(pipeline(*with_generic_plan(search(given), values))[1])


def search_asked(
    wanted: OpeningQuery, *, first_date: date | None = None, days: int = HORIZON, limit: int = 1
) -> tuple[frozenset[str], dict[str, Any]]:
    """The given parts of an `OpeningQuery`, and the values of a search for it."""
    given = {name: value for name, value in vars(wanted).items() if value is not None}
    values = given | {
        "tenant_id": request_context().tenant_id,
        "user_id": request_context().user_id,
        "now": clock.now(),
        "first_date": first_date,
        "days": days,
        "limit": limit,
        "minutes": wanted.minutes,
    }
    return frozenset(given), values


def find_opening(wanted: OpeningQuery, at: datetime) -> Opening | None:
    """The offer of one start, whenever it is; None when it is not on offer."""
    return next_available(replace(wanted, from_at=at, until_at=at))


def next_available(wanted: OpeningQuery, *, first_date: date | None = None) -> Opening | None:
    """The earliest start on offer, however far away."""
    found = list_openings(wanted, first_date=first_date, days=HORIZON, limit=1)
    return found[0] if found else None


def nearest_openings(wanted: OpeningQuery, to: datetime, *, limit: int = NEAREST) -> list[Opening]:
    """The starts on offer nearest to an instant, before or after it; for a conflict's answer."""
    day = to.date()
    around = list_openings(wanted, first_date=day - timedelta(days=1), days=3, limit=200)
    if len(around) < limit:
        around += list_openings(wanted, first_date=day + timedelta(days=2), limit=limit)
    return sorted(around, key=lambda offer: (abs(offer.start_at - to), offer.slot_id))[:limit]


def planned_steps(workflow_id: int, start_at: datetime) -> list[StepPlan]:
    """The steps a visit would take, one after the other from its start."""
    planned = []
    for step in list_workflow_steps(workflow_id):
        end_at = start_at + timedelta(minutes=step.minutes)
        planned.append(
            StepPlan(
                step.position,
                step.name,
                start_at,
                end_at,
                step.minutes,
                step.location_type,
                step.requires_preparation,
                step.can_be_skipped,
            )
        )
        start_at = end_at
    return planned


def _offers(rows: Sequence[Any]) -> list[Opening]:
    """The offers, one a start: a slot of the offering's own comes before one for any."""
    found: dict[tuple[Any, ...], Opening] = {}
    for offer in map(Opening._make, rows):
        found.setdefault((offer.start_at, offer.doctor_id, offer.offering_id), offer)
    return list(found.values())
