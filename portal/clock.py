"""The portal's one clock: every command and query asks it, so that demos and tests can fix it."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

# The zone that is furthest ahead, of Kiribati.
FIRST_TO_SEE_THE_DAY = timedelta(hours=14)

_fixed: ContextVar[datetime | None] = ContextVar("fixed_instant", default=None)
_standing: dict[str, datetime | None] = {"instant": None}


def now() -> datetime:
    """The present instant, aware, in UTC."""
    return _fixed.get() or _standing["instant"] or datetime.now(UTC)


def today_in(zone: str) -> date:
    """The date that a calendar on the wall shows in a time zone."""
    return now().astimezone(ZoneInfo(zone)).date()


def latest_today() -> date:
    """The date where the day begins first: nothing that has happened anywhere is dated later."""
    return (now() + FIRST_TO_SEE_THE_DAY).date()


def stand_still(instant: datetime | None) -> None:
    """Fix the whole process at one instant (the PORTAL_NOW setting); None lets it run."""
    _standing["instant"] = instant


@contextmanager
def at(instant: datetime) -> Iterator[None]:
    """Do what is inside as if it were `instant` (aware)."""
    token = _fixed.set(instant)
    try:
        yield
    finally:
        _fixed.reset(token)
