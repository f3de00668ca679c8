"""When a doctor is there: windows, instants and starts. Pure: no session, no clock of its own."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from portal.refusals import N_, DomainError, all_of

MIDNIGHT = time(0)
SHORTEST_SLOT, LONGEST_SLOT = 5, 1440
MOST_SEATS = 500
LONGEST_OVERRIDE, AN_HOUR_SET_BACK = timedelta(days=31), timedelta(hours=1)


class WindowEndsBeforeStart(DomainError):
    message = N_("The end is not after the start; enter two sessions for an overnight one.")
    field = "end_time"


class SlotLengthOutOfRange(DomainError):
    message = N_("A slot is between %(least)s and %(most)s minutes long.")
    field = "slot_duration_minutes"


class SlotIntervalOutOfRange(DomainError):
    message = N_("Slots start every %(least)s to %(most)s minutes.")
    field = "slot_interval_minutes"


class SlotLongerThanWindow(DomainError):
    message = N_("One slot is longer than the whole session.")
    field = "slot_duration_minutes"


class CapacityOutOfRange(DomainError):
    message = N_("A slot has between 1 and %(most)s seats.")
    field = "capacity"


class ValidityBackwards(DomainError):
    message = N_("The last day is before the first.")
    field = "valid_to"


class BreakOutside(DomainError):
    message = N_("The break must lie within the hours, with time left before and after it.")
    field = "pause_from"


class DayOutside(DomainError):
    message = N_("Choose a day after the first day of these hours, and not after their last.")
    field = "first_day"


class SpanBackwards(DomainError):
    message = N_("The end is not after the start.")
    field = "end_at"


class OverrideTooLong(DomainError):
    message = N_("Changed hours last at most %(days)s days.")
    field = "end_at"


class OverrideNeedsSlotLength(DomainError):
    message = N_("Enter the minutes of a slot.")
    field = "slot_duration_minutes"


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
    reach = wanted.start
    for piece in sorted(pieces, key=lambda piece: piece.start):
        if piece.start > reach:
            break
        reach = max(reach, piece.end)
    return reach >= wanted.end


def is_clock_change_day(day: date, zone: str) -> bool:
    return day_span(day, zone).minutes != 24 * 60


def weekday(day: date) -> int:
    """0 = Sunday .. 6 = Saturday, as rules count."""
    return day.isoweekday() % 7


def check_window(start: time, end: time) -> None:
    """An end of 00:00 is the day's end; 00:00 to 00:00 is the whole day."""
    if end != MIDNIGHT and start >= end:
        raise WindowEndsBeforeStart


def check_slots(
    duration: int, interval: int | None, capacity: int, window_minutes: int | None = None
) -> None:
    """What a rule's numbers may be; `window_minutes` is the wall-clock length of its session."""
    all_of(
        (
            partial(_check_length, duration, window_minutes),
            partial(_check_interval, interval),
            partial(_check_seats, capacity),
        )
    )


def _check_length(duration: int, window_minutes: int | None) -> None:
    if not SHORTEST_SLOT <= duration <= LONGEST_SLOT:
        raise SlotLengthOutOfRange(least=SHORTEST_SLOT, most=LONGEST_SLOT)
    if window_minutes is not None and duration > window_minutes:
        raise SlotLongerThanWindow


def _check_interval(interval: int | None) -> None:
    if interval is not None and not SHORTEST_SLOT <= interval <= LONGEST_SLOT:
        raise SlotIntervalOutOfRange(least=SHORTEST_SLOT, most=LONGEST_SLOT)


def _check_seats(capacity: int) -> None:
    if not 1 <= capacity <= MOST_SEATS:
        raise CapacityOutOfRange(most=MOST_SEATS)


def wall_minutes(start: time, end: time) -> int:
    """The length of a window on an ordinary day."""
    closes = 24 * 60 if end == MIDNIGHT else end.hour * 60 + end.minute
    return closes - (start.hour * 60 + start.minute)


def check_validity(valid_from: date | None, valid_to: date | None) -> None:
    if valid_from and valid_to and valid_to < valid_from:
        raise ValidityBackwards


def check_break(start: time, end: time, pause_from: time, pause_until: time) -> None:
    """A break leaves some of the session on both sides."""
    if not start < pause_from <= pause_until or not (pause_until < end or end == MIDNIGHT):
        raise BreakOutside


def check_first_day(valid_from: date | None, valid_to: date | None, first_day: date) -> None:
    """The session holds on the day before and may hold on the day itself."""
    if (valid_from and first_day <= valid_from) or (valid_to and first_day > valid_to):
        raise DayOutside


def check_span(start_at: datetime, end_at: datetime) -> None:
    if start_at >= end_at:
        raise SpanBackwards


def check_override(start_at: datetime, end_at: datetime) -> None:
    """Changed hours are laid out from beginning to end, night and day."""
    if end_at - start_at > LONGEST_OVERRIDE + AN_HOUR_SET_BACK:
        raise OverrideTooLong(days=LONGEST_OVERRIDE.days)
