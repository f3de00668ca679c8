"""Limits of a doctor's hours. Pure: no session, no clock of its own."""

from datetime import date, datetime, time, timedelta
from functools import partial

from portal.errors import N_, DomainError, all_of
from portal.scheduling.times import MIDNIGHT

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


def check_window(start: time, end: time) -> None:
    """An end of 00:00 is the day's end; 00:00 to 00:00 is the whole day."""
    if end != MIDNIGHT and start >= end:
        raise WindowEndsBeforeStart


def check_slots(
    duration: int, interval: int | None, capacity: int, window_minutes: int | None = None
) -> None:
    """Check a rule's numbers; `window_minutes` is the wall-clock length of its session."""
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
