"""A demonstration's own clock: mid-morning of a working day when it is loaded, then real minutes.

It is kept in a file of the installation's instance folder, beside the keys: every process of the
installation reads it, and production refuses to start where there is one.
"""

import json
import os
import time
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from datetime import time as wall_time
from pathlib import Path
from zoneinfo import ZoneInfo

NAME = "demo-clock.json"
ZONE = ZoneInfo("America/Chicago")
OPENS = wall_time(10, 20)
READ_EVERY_SECONDS = 1.0
SATURDAY = 5
# How far it may run ahead where a demonstration is watched day and night.
MOST_AHEAD = timedelta(days=7)


@dataclass(frozen=True)
class DemoDay:
    """The day that was made last.

    Attributes:
        begins: what the clock says at its beginning, 10:20 in Chicago.
        opened: the real instant from which it goes on; None while it waits for somebody to come.
    """

    begins: datetime
    opened: datetime | None

    @property
    def date(self) -> date:
        """Its date, in Chicago."""
        return _local(self.begins)

    def says(self, real: datetime) -> datetime:
        """The time of the clock at a real instant."""
        return self.begins if self.opened is None else self.begins + (real - self.opened)

    def is_over(self, real: datetime) -> bool:
        """Whether another day has begun since, here or there."""
        made, today = _local(self.begins), _local(real)
        return made < max(today, _local(self.says(real))) and made <= today + MOST_AHEAD

    def following(self, real: datetime) -> "DemoDay":
        """The next working day, today at the earliest, which waits to be opened."""
        day = max(_local(real), _local(self.begins) + timedelta(days=1))
        return DemoDay(_beginning(_working_day(day)), None)


class DemoClock:
    """The installation's file, read again when a second has passed."""

    def __init__(self, instance: Path) -> None:
        self._path = instance / NAME
        self._read_at = float("-inf")
        self._day: DemoDay | None = None

    @property
    def day(self) -> DemoDay | None:
        """The day made last; None where there is no demonstration with a clock of its own."""
        if time.monotonic() - self._read_at >= READ_EVERY_SECONDS:
            self._day, self._read_at = _read(self._path), time.monotonic()
        return self._day

    def says(self, real: datetime) -> datetime:
        """The clinics' time at a real instant."""
        return real if self.day is None else self.day.says(real)

    def set(self, day: DemoDay) -> None:
        """Let every process of the installation live by this day."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        draft = self._path.with_name(f"{NAME}.{os.getpid()}")
        opened = day.opened and day.opened.isoformat()
        draft.write_text(json.dumps({"begins": day.begins.isoformat(), "opened": opened}) + "\n")
        draft.replace(self._path)
        self._read_at = float("-inf")

    def open(self, real: datetime) -> None:
        """Somebody has come: from now on the day goes on."""
        if self.day is not None and self.day.opened is None:
            self.set(replace(self.day, opened=real))


def first_day(real: datetime) -> DemoDay:
    """The day of a demonstration that is loaded now: today, at a weekend the Monday after."""
    return DemoDay(_beginning(_working_day(_local(real))), real)


def is_kept_in(instance: Path) -> bool:
    """Whether the installation is a demonstration with a clock of its own."""
    return (instance / NAME).exists()


def _read(path: Path) -> DemoDay | None:
    try:
        kept = json.loads(path.read_text())
    except FileNotFoundError:
        return None
    opened = kept["opened"] and datetime.fromisoformat(kept["opened"])
    return DemoDay(datetime.fromisoformat(kept["begins"]), opened)


def _beginning(day: date) -> datetime:
    return datetime.combine(day, OPENS, ZONE).astimezone(ZoneInfo("UTC"))


def _local(instant: datetime) -> date:
    return instant.astimezone(ZONE).date()


def _working_day(day: date) -> date:
    """The day, or the Monday after its weekend."""
    return day + timedelta(days=7 - day.weekday() if day.weekday() >= SATURDAY else 0)
