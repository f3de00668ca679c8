"""Instants, local days and the spans between them. Pure: no session, no clock of its own."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

MIDNIGHT = time(0)


@dataclass(frozen=True)
class Span:
    """A half-open stretch of time between two instants."""

    start: datetime
    end: datetime

    def touches(self, other: "Span") -> bool:
        """Whether the two overlap by any amount; meeting at an end is not touching."""
        return self.start < other.end and other.start < self.end

    @property
    def minutes(self) -> int:
        return int((self.end - self.start).total_seconds() // 60)


def instant(day: date, clock_time: time, zone: str) -> datetime:
    """The UTC instant of a local wall time, read as RFC 5545 (3.3.5) does.

    A time that happens twice is its first happening; a time in a spring gap is read with the
    offset before the gap, so that 02:30 becomes 03:30. This is what zoneinfo does with fold=0,
    and what `local_instant` does in SQL: every conversion goes through one of the two.
    """
    first = clock_time.replace(fold=0)
    return datetime.combine(day, first, tzinfo=ZoneInfo(zone)).astimezone(UTC)


def day_span(day: date, zone: str) -> Span:
    """A local calendar day, which is 23, 24 or 25 hours long, or stranger."""
    return Span(instant(day, MIDNIGHT, zone), instant(day + timedelta(days=1), MIDNIGHT, zone))


def local_date(moment: datetime, zone: str) -> date:
    return moment.astimezone(ZoneInfo(zone)).date()


def covers(pieces: Iterable[Span], wanted: Span) -> bool:
    """Whether the union of pieces holds all of a span."""
    covered_until = wanted.start
    for piece in sorted(pieces, key=lambda piece: piece.start):
        if piece.start > covered_until:
            break
        covered_until = max(covered_until, piece.end)
    return covered_until >= wanted.end


def is_clock_change_day(day: date, zone: str) -> bool:
    return day_span(day, zone).minutes != 24 * 60


def weekday(day: date) -> int:
    """0 = Sunday .. 6 = Saturday, as rules count."""
    return day.isoweekday() % 7
