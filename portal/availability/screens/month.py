"""A month of exceptions as weeks of days. Pure: what is there is given, and so is today."""

from bisect import bisect_left, bisect_right
from calendar import Calendar
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from portal.availability.queries.exceptions import ExceptionRow
from portal.scheduling.times import Span, day_span

MONDAY = 0
SHOWN_A_DAY = 4


@dataclass(frozen=True)
class Month:
    """A calendar month in a time zone; `first` is its first day."""

    first: date
    zone: str

    @property
    def weeks(self) -> list[list[date]]:
        """Whole weeks from Monday, with the days of the months around it."""
        return Calendar(MONDAY).monthdatescalendar(self.first.year, self.first.month)

    @property
    def span(self) -> Span:
        """From the first shown day to the end of the last."""
        weeks = self.weeks
        first, last = day_span(weeks[0][0], self.zone), day_span(weeks[-1][-1], self.zone)
        return Span(first.start, last.end)

    @property
    def before(self) -> date:
        return (self.first - timedelta(days=1)).replace(day=1)

    @property
    def after(self) -> date:
        return (self.first + timedelta(days=31)).replace(day=1)


@dataclass(frozen=True)
class MonthDay:
    """A day of the month: the first of its exceptions, and how many more there are."""

    date: date
    exceptions: Sequence[ExceptionRow]
    more: int


def spread(month: Month, exceptions: Sequence[ExceptionRow]) -> list[list[MonthDay]]:
    """The weeks of a month with each day's exceptions, which are given by start."""
    days = [day for week in month.weeks for day in week]
    touching = _by_day(days, month, exceptions)
    return [[_day(day, touching[day]) for day in week] for week in month.weeks]


def _by_day(
    days: Sequence[date], month: Month, exceptions: Iterable[ExceptionRow]
) -> dict[date, list[ExceptionRow]]:
    """Which exceptions touch each day: those that end after it begins, and begin before the next.

    Looked up from the exception: a facility may have thousands of them in a month.
    """
    begins = [*(day_span(day, month.zone).start for day in days), month.span.end]
    touching: dict[date, list[ExceptionRow]] = {day: [] for day in days}
    for each in exceptions:
        first = max(0, bisect_right(begins, each.start_at) - 1)
        for day in days[first : bisect_left(begins, each.end_at)]:
            touching[day].append(each)
    return touching


def _day(day: date, touching: Sequence[ExceptionRow]) -> MonthDay:
    return MonthDay(day, touching[:SHOWN_A_DAY], max(0, len(touching) - SHOWN_A_DAY))
