"""A week of a doctor at a facility, day by day: its slots, and why there are none in between.

Pure: what is there is given, and so is the time.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from portal.availability.queries.outlook import WeekSlot
from portal.errors import N_
from portal.scheduling.times import MIDNIGHT, Span, day_span, instant, local_date, weekday
from portal.schema.availability import AvailabilityException, AvailabilityRule

REASONS = {
    "no_rule": N_("No hours on this weekday."),
    "not_yet": N_("%(hours)s is in effect from %(day)s."),
    "over": N_("%(hours)s was in effect until %(day)s."),
    "replaced": N_("%(hours)s is replaced by the changed hours of this day."),
    "override": N_("Changed hours: %(from)s to %(until)s."),
    "blocked": N_("Time off from %(from)s to %(until)s: %(reason)s"),
    "emergency": N_("Emergency from %(from)s to %(until)s: %(reason)s"),
    "between": N_("No hours from %(from)s to %(until)s."),
    "rest": N_("From %(from)s to %(until)s there is no room for one more slot."),
    "clock": N_("%(hours)s does not exist on this day: the clocks change."),
}


@dataclass(frozen=True)
class NoSlotReason:
    """Why there is no slot: a code of `REASONS`, with times (aware) or days for its places."""

    code: str
    params: dict[str, Any] = field(default_factory=dict)

    @property
    def message(self) -> str:
        """The English msgid."""
        return REASONS[self.code]


class ShownSlot(NamedTuple):
    """A slot with how it stands: free, held, taken, covered, passed, outside, later."""

    start_at: datetime
    end_at: datetime
    status: str
    booked: int
    capacity: int


@dataclass(frozen=True)
class WeekDay:
    """One local date. `hours` is its length when the clocks change on it, else None."""

    date: date
    slots: Sequence[ShownSlot]
    gaps: Sequence[NoSlotReason]
    hours: float | None


@dataclass(frozen=True)
class WeekFacts:
    """The contents of a week, for one doctor at one facility."""

    zone: str
    rules: Sequence[AvailabilityRule]
    exceptions: Sequence[AvailabilityException]
    slots: Sequence[WeekSlot]


def week_of(first: date, known: WeekFacts, now: datetime) -> list[WeekDay]:
    """Seven days from `first`."""
    return [_day(first + timedelta(days=n), known, now) for n in range(7)]


def monday_of(day: date) -> date:
    """The Monday of a date's week."""
    return day - timedelta(days=day.weekday())


def _day(day: date, known: WeekFacts, now: datetime) -> WeekDay:
    span = day_span(day, known.zone)
    slots = [
        ShownSlot(slot.start_at, slot.end_at, _standing(slot, now), slot.booked, slot.capacity)
        for slot in known.slots
        if local_date(slot.start_at, known.zone) == day
    ]
    length = None if span.minutes == 24 * 60 else span.minutes / 60
    return WeekDay(day, slots, list(_gaps(day, span, known)), length)


def _standing(slot: WeekSlot, now: datetime) -> str:
    if slot.action in ("orphaned", "gone"):
        return "outside"
    if slot.booked:
        return "taken"
    if slot.status == "reserved" and slot.reserved_until and slot.reserved_until > now:
        return "held"
    if slot.covered or slot.start_at <= now:
        return "covered" if slot.covered else "passed"
    return "later" if slot.action == "added" else "free"


def _gaps(day: date, span: Span, known: WeekFacts) -> Iterator[NoSlotReason]:
    touching = [e for e in known.exceptions if e.start_at < span.end and e.end_at > span.start]
    overrides = [e for e in touching if e.type == "override"]
    of_weekday = [rule for rule in known.rules if rule.day_of_week == weekday(day)]
    if not of_weekday and not overrides:
        yield NoSlotReason("no_rule")
    windows = list(_overridden(overrides, span))
    for rule in of_weekday:
        gap, window = _window(rule, day, known.zone, overrides)
        if gap:
            yield gap
        if window:
            windows.append((window, rule.slot_duration_minutes, rule.slot_interval_minutes))
    yield from _away(touching, span)
    for override in overrides:
        yield NoSlotReason("override", {"from": override.start_at, "until": override.end_at})
    yield from _between([window for window, _duration, _interval in windows])
    for window, duration, interval in windows:
        yield from _rest(window, duration, interval)


def _window(
    rule: AvailabilityRule, day: date, zone: str, overrides: Iterable[AvailabilityException]
) -> tuple[NoSlotReason | None, Span | None]:
    """A rule's window on a day, or why it has none."""
    hours = {"hours": rule}
    if rule.valid_from and day < rule.valid_from:
        return NoSlotReason("not_yet", hours | {"day": rule.valid_from}), None
    if rule.valid_to and day > rule.valid_to:
        return NoSlotReason("over", hours | {"day": rule.valid_to}), None
    for override in overrides:
        if override.availability_rule_id in (None, rule.id):
            return NoSlotReason("replaced", hours), None
    last_day = day + timedelta(days=1) if rule.end_time == MIDNIGHT else day
    opens = instant(day, rule.start_time, zone)
    closes = instant(last_day, rule.end_time, zone)
    return (None, Span(opens, closes)) if opens < closes else (NoSlotReason("clock", hours), None)


def _overridden(
    overrides: Iterable[AvailabilityException], span: Span
) -> Iterator[tuple[Span, int, int | None]]:
    for override in overrides:
        if override.slot_duration_minutes and override.start_at >= span.start:
            yield Span(override.start_at, override.end_at), override.slot_duration_minutes, None


def _away(touching: Iterable[AvailabilityException], span: Span) -> Iterator[NoSlotReason]:
    for exception in touching:
        if exception.type != "override":
            times = {
                "from": max(exception.start_at, span.start),
                "until": min(exception.end_at, span.end),
            }
            yield NoSlotReason(exception.type, times | {"reason": exception.reason or "–"})


def _between(windows: Iterable[Span]) -> Iterator[NoSlotReason]:
    """The stretches between sessions of one day."""
    covered_until: datetime | None = None
    for window in sorted(windows, key=lambda window: window.start):
        if covered_until is not None and window.start > covered_until:
            yield NoSlotReason("between", {"from": covered_until, "until": window.start})
        covered_until = max(covered_until or window.end, window.end)


def _rest(window: Span, duration: int, interval: int | None) -> Iterator[NoSlotReason]:
    """The time left at the end of a session after the last slot that fits."""
    fitting = (window.minutes - duration) // (interval or duration)
    if fitting < 0:
        yield NoSlotReason("rest", {"from": window.start, "until": window.end})
        return
    ends = window.start + timedelta(minutes=fitting * (interval or duration) + duration)
    if ends < window.end:
        yield NoSlotReason("rest", {"from": ends, "until": window.end})
