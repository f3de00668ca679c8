"""The step that comes next for a patient, by its name. Pure."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from portal.appointments.queries.day import VisitRow
from portal.appointments.rules.next_step import LABELS
from portal.scheduling.times import local_date

LATE_MINUTES = 20
# Arrivals belong to the visit's own day, and to the hours around midnight next to it.
NEAR = timedelta(hours=6)


class NextButton(NamedTuple):
    """The path below the visit's address that a button posts to, and its label."""

    path: str
    name: str


def is_near(start_at: datetime, zone: str, now: datetime) -> bool:
    """Whether it is the visit's own day, or the hours around midnight next to it."""
    return abs(start_at - now) <= NEAR or local_date(start_at, zone) == local_date(now, zone)


def next_of(
    visit: VisitRow, zone: ZoneInfo, now: datetime, translate: Callable[..., str]
) -> NextButton | None:
    """The one step that can be taken now; None when the visit is over or of another day."""
    kind = _kind(visit)
    if kind is None or (kind == "check_in" and not is_near(visit.start_at, zone.key, now)):
        return None
    return NextButton(
        f"next?version={visit.row_version}", translate(LABELS[kind], step=visit.step or "")
    )


def _kind(visit: VisitRow) -> str | None:
    """The next step, as `rules.what_comes_next` has it, by the columns of the board's row."""
    if visit.status == "scheduled":
        return None if visit.patient_status == "deceased" else "check_in"
    if not visit.is_present:
        return None
    if visit.step is not None and not visit.step_begun:
        return "start_step"
    if visit.step_begun and visit.steps_waiting:
        return "finish_step"
    return "complete" if visit.status == "in_progress" else "start"
