"""Hours and weekdays in words."""

from datetime import date, datetime
from typing import Any

from flask_babel import gettext

from portal.availability.forms import WEEKDAYS
from portal.availability.screens.week import NoSlotReason
from portal.schema.availability import AvailabilityRule
from portal.web.filters import endtime, hhmm, localtime, shortdate


def hours_of(rule: AvailabilityRule) -> str:
    """09:00 to 12:30; an end of midnight is the day's end."""
    ends = endtime(rule.end_time)
    return str(gettext("%(start)s to %(end)s", start=hhmm(rule.start_time), end=ends))


def weekday_names() -> dict[int, str]:
    """0 (Sunday) to 6 in the reader's language, Monday first."""
    return {number: str(name) for number, name in WEEKDAYS}


def session_of(rule: AvailabilityRule) -> str:
    """Monday, 09:00 to 12:30."""
    day = weekday_names()[rule.day_of_week]
    return str(gettext("%(day)s, %(hours)s", day=day, hours=hours_of(rule)))


def gap_words(gap: NoSlotReason, zone: str) -> str:
    """Why there is no slot, with the times of the zone."""
    places = {name: _said(value, zone) for name, value in gap.params.items()}
    return str(gettext(gap.message, **places))


def _said(value: Any, zone: str) -> str:
    if isinstance(value, AvailabilityRule):
        return hours_of(value)
    if isinstance(value, datetime):
        return hhmm(localtime(value, zone))
    return shortdate(value) if isinstance(value, date) else str(value)
