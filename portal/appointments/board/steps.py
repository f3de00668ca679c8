"""The step that comes next for a patient, by its name. Pure."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from portal.appointments.queries import VisitRow
from portal.availability.rules import local_date
from portal.refusals import N_

LATE_MINUTES = 20
START, FINISH = N_("Start %(step)s"), N_("Finish %(step)s")
# Arrivals belong to the visit's own day, and to the hours around midnight next to it.
NEAR = timedelta(hours=6)


class Next(NamedTuple):
    """What is posted to below the visit's address, and what the button for it says."""

    path: str
    name: str


def is_near(start_at: datetime, zone: str, now: datetime) -> bool:
    """Whether it is the visit's own day, or the hours around midnight next to it."""
    return local_date(start_at, zone) == local_date(now, zone) or abs(start_at - now) <= NEAR


def next_of(visit: VisitRow, zone: ZoneInfo, now: datetime, say: Callable[..., str]) -> Next | None:
    """The one step that can be taken now; None when the visit is over or of another day."""
    if visit.status == "scheduled":
        near = is_near(visit.start_at, zone.key, now)
        return Next("check-in", say("Check in")) if near else None
    start = say(START, step=visit.step) if visit.step else say("Start")
    if visit.status == "checked_in":
        return Next("start", start)
    if visit.status != "in_progress":
        return None
    if visit.step is None:
        return Next("completion", say("Complete"))
    if visit.step_begun:
        return Next(f"steps/{visit.step_id}/finish", say(FINISH, step=visit.step))
    return Next(f"steps/{visit.step_id}/start", start)
