"""The portal's two times: the clinics', which demos and tests can set, and the real one.

`now` is what the clinics live by: openings, appointments, steps, holds. `real` is for what a
demonstration's own clock must not move: proofs of identity, the log, what expires. In SQL the
former is a parameter, the latter the server's `now()`.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

# What the machine's clock may gain or lose without anybody having set it.
LITTLE = timedelta(seconds=5)
DRIFT = 0.001
# The zone that is furthest ahead, of Kiribati.
FIRST_TO_SEE_THE_DAY = timedelta(hours=14)


@dataclass
class _Process:
    """Settings of this process: an instant to stand at, and a demonstration's clock."""

    fixed_at: datetime | None = None
    says: Callable[[datetime], datetime] | None = None
    last_reading: tuple[datetime, timedelta] | None = None


_fixed: ContextVar[datetime | None] = ContextVar("fixed_instant", default=None)
_process = _Process()


def now() -> datetime:
    """The clinics' present instant, aware, in UTC."""
    return clinics(real())


def clinics(instant: datetime) -> datetime:
    """The clinics' time at a real instant that is kept, such as a session's last use."""
    return instant if _process.says is None or is_fixed() else _process.says(instant)


def real() -> datetime:
    """The present instant whatever a demonstration's clock says, aware, in UTC."""
    return _fixed.get() or _process.fixed_at or machine_time()


def machine_time() -> datetime:
    """The time of this machine's clock; for `real` alone."""
    return datetime.now(UTC)


def stepped() -> timedelta:
    """How far the machine's clock was set since this process last asked; forward is positive.

    Nothing when it kept pace with what only counts on, but for a little.
    """
    present, counted = machine_time(), counted_on()
    before, _process.last_reading = _process.last_reading, (present, counted)
    if before is None:
        return timedelta()
    passed = counted - before[1]
    step = present - before[0] - passed
    return step if abs(step) > LITTLE + DRIFT * passed else timedelta()


def counted_on() -> timedelta:
    """Time that nobody sets, from no instant in particular; a machine asleep counts too."""
    counter = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
    return timedelta(seconds=time.clock_gettime(counter))


def today_in(zone: str) -> date:
    """The date that a calendar on the wall shows in a time zone."""
    return now().astimezone(ZoneInfo(zone)).date()


def latest_today() -> date:
    """The date where the day begins first: nothing that has happened anywhere is dated later."""
    return (now() + FIRST_TO_SEE_THE_DAY).date()


def is_fixed() -> bool:
    """Whether somebody set the time, which a demonstration's clock then leaves alone."""
    return (_fixed.get() or _process.fixed_at) is not None


def runs_apart() -> bool:
    """Whether a demonstration's clock says something else than the real time."""
    present = real()
    return not is_fixed() and _process.says is not None and _process.says(present) != present


def stand_still(instant: datetime | None) -> None:
    """Fix the whole process at one instant (the PORTAL_NOW setting); None lets it run."""
    _process.fixed_at = instant


def follow(says: Callable[[datetime], datetime] | None) -> None:
    """Let the clinics' time be what `says` makes of the real one; None: they are the same."""
    _process.says = says


@contextmanager
def at(instant: datetime) -> Iterator[None]:
    """Do what is inside as if it were `instant` (aware)."""
    token = _fixed.set(instant)
    try:
        yield
    finally:
        _fixed.reset(token)
