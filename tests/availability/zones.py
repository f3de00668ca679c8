"""Zones whose clocks change in every way there is, and when they do from 2024 to 2035."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

ZONES = [
    "America/New_York",
    "Europe/London",
    "Australia/Lord_Howe",  # half an hour
    "America/Havana",  # no midnight, or two
    "Africa/Cairo",  # at midnight
    "Antarctica/Troll",  # two hours
    "Asia/Kolkata",  # never
    "America/Chicago",
    "America/Phoenix",  # never
    "America/St_Johns",
    "Atlantic/Azores",  # no midnight
    "America/Nuuk",  # on the evening before
    "Africa/Casablanca",  # by the moon
    "Asia/Beirut",  # no midnight
    "America/Santiago",  # no midnight, in the south
    "Pacific/Chatham",  # at a quarter to
    "Europe/Dublin",  # winter is the exception
    "Asia/Gaza",  # by the moon
    "America/Asuncion",  # for good
    "America/Scoresbysund",  # and to another zone
    "Australia/Sydney",
    "Pacific/Easter",
    "Asia/Jerusalem",
    "Pacific/Auckland",
]
FIRST, LAST = datetime(2024, 1, 1, tzinfo=UTC), datetime(2036, 1, 1, tzinfo=UTC)


@cache
def transitions(name: str) -> tuple[datetime, ...]:
    """The instants from 2024 to 2035 at which a zone's offset changes, to the minute."""
    return tuple(_transitions(ZoneInfo(name)))


def change_days(name: str) -> list[date]:
    """The dates a zone's clock shows just before each change; one date if it never changes."""
    zone = ZoneInfo(name)
    before = [moment - timedelta(minutes=1) for moment in transitions(name)]
    return [each.astimezone(zone).date() for each in before] or [date(2026, 6, 1)]


def _transitions(zone: ZoneInfo) -> Iterator[datetime]:
    moment = FIRST
    while moment < LAST:
        later = moment + timedelta(days=1)
        if _offset(moment, zone) != _offset(later, zone):
            yield _first_after(moment, later, zone)
        moment = later


def _first_after(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    while after - before > timedelta(minutes=1):
        middle = before + (after - before) // 2
        if _offset(middle, zone) == _offset(before, zone):
            before = middle
        else:
            after = middle
    return after.replace(second=0, microsecond=0)


def _offset(moment: datetime, zone: ZoneInfo) -> timedelta | None:
    return moment.astimezone(zone).utcoffset()
