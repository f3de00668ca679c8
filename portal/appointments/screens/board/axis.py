"""Time as rows: the board's one scale. Pure.

A row is five minutes of elapsed time since the board opens, so that a day with a clock change is
as long as it is.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

ROW = 5
HOUR = 60 // ROW
# what a day with nothing on it shows
EMPTY_FROM, EMPTY_TO = 8, 18


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows taken: from `row` on, `span` of them."""

    row: int
    span: int

    @property
    def end_row(self) -> int:
        """The row after the last."""
        return self.row + self.span

    @property
    def grid_class(self) -> str:
        """The classes that put it there."""
        return place_of(self.row, self.span)


@dataclass(frozen=True, slots=True)
class Axis:
    """The board's scale: from an instant on, so many rows, read in the facility's zone.

    `format_time` says a wall time as the reader's language has it.
    """

    opens: datetime
    rows: int
    zone: ZoneInfo
    format_time: Callable[[datetime], str] = "{:%H:%M}".format
    # A day has few times and many cards: each is said once.
    _said: dict[datetime, str] = field(default_factory=dict, init=False, compare=False)

    def row_of(self, moment: datetime) -> int:
        """The row an instant falls in; below 0 or beyond the last when it is off the board."""
        return int((moment - self.opens).total_seconds() // 60) // ROW

    def rows_of(self, start: datetime, end: datetime) -> Rows:
        """Whole rows, cut to the board; at least one."""
        first = max(0, self.row_of(start))
        last = min(self.rows, -(-int((end - self.opens).total_seconds() // 60) // ROW))
        return Rows(first, max(1, last - first))

    def instant(self, row: int) -> datetime:
        """When a row begins."""
        return self.opens + timedelta(minutes=row * ROW)

    def hhmm(self, moment: datetime) -> str:
        """The wall time at the facility."""
        if moment not in self._said:
            self._said[moment] = self.format_time(moment.astimezone(self.zone))
        return self._said[moment]

    def is_on(self, moment: datetime, day: date) -> bool:
        """Whether it is that day at the facility."""
        return moment.astimezone(self.zone).date() == day

    def hours(self) -> list[tuple[str, str]]:
        """Place and label of each hour; of a clock of twelve the short one, 9 AM."""
        marks = range(0, self.rows, HOUR)
        return [
            (row_class(row), self.hhmm(self.instant(row)).replace(":00 ", " ")) for row in marks
        ]


def row_class(row: int) -> str:
    """The classes of a row's tens and units (static/css/grid.css)."""
    return f"a{row // 10} b{row % 10}"


def place_of(row: int, span: int) -> str:
    """The classes of a stretch of rows."""
    return f"{row_class(row)} c{span // 10} d{span % 10}"


def axis_of(day: date, zone: ZoneInfo, spans: Iterable[tuple[datetime, datetime]]) -> Axis:
    """From the whole hour before the first thing of the day to the one after the last."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=zone)
    ends = (midnight + timedelta(days=1)).astimezone(UTC)
    known = list(spans)
    first = min((start for start, _end in known), default=midnight.replace(hour=EMPTY_FROM))
    last = max((end for _start, end in known), default=midnight.replace(hour=EMPTY_TO))
    local = max(first, midnight).astimezone(zone)
    opens = local.replace(minute=0, second=0, microsecond=0).astimezone(UTC)
    hours = -(-(min(last.astimezone(UTC), ends) - opens) // timedelta(hours=1))
    return Axis(opens, max(1, hours) * HOUR, zone)
