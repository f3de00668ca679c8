"""The week of days above the openings: which have any, and the weeks before and after it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from babel.dates import format_date
from flask_babel import get_locale

from portal.web.filters import longdate, monthname

DAYS = 7


class DayChoice(NamedTuple):
    """A day of the strip."""

    iso: str
    weekday: str
    number: int
    text: str
    free: bool
    chosen: bool


@dataclass(frozen=True)
class DayStrip:
    """A week, by its days; no week before the one that today is in."""

    month: str
    days: Sequence[DayChoice]
    previous: str | None
    next: str


def first_of_week(today: date, day: date) -> date:
    """The strip's first day: whole weeks from today on, so that it stands still while one looks."""
    return today + timedelta(days=(day - today).days // DAYS * DAYS)


def day_strip(
    today: date, first: date, chosen: date, free: Sequence[date], *, full: bool
) -> DayStrip:
    """The strip of a week.

    Args:
        today: the facility's.
        first: the week's first day.
        chosen: the day that is shown.
        free: the days with openings, in order.
        full: there may be more than were fetched: beyond the last of them nothing is known.
    """
    days = [first + timedelta(days=n) for n in range(DAYS)]
    known = free[-1] if full and free else date.max
    strip_days = [
        DayChoice(
            day.isoformat(), format_date(day, "EEE", locale=get_locale()), day.day, longdate(day),
            day in free or day > known, day == chosen,
        )
        for day in days
    ]  # fmt: skip
    before = first - timedelta(days=DAYS)
    return DayStrip(
        _months(days[0], days[-1]), strip_days, before.isoformat() if before >= today else None,
        (first + timedelta(days=DAYS)).isoformat(),
    )  # fmt: skip


def _months(first: date, last: date) -> str:
    names = dict.fromkeys((monthname(first), monthname(last)))
    return " – ".join(names)
