"""The portal's one clock: every command and query asks it, so that demos and tests can fix it."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

_fixed: ContextVar[datetime | None] = ContextVar("fixed_instant", default=None)
_standing: dict[str, datetime | None] = {"instant": None}


def now() -> datetime:
    """The present instant, aware, in UTC."""
    return _fixed.get() or _standing["instant"] or datetime.now(UTC)


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
