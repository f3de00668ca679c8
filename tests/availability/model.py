"""What slots there should be, worked out minute by minute: slow, and without a line of the portal.

A zone is known only by what its clock shows at each minute. The test compares this with the SQL.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Rule:
    """`offering` counts a doctor's offerings from 1; 0 is any."""

    day_of_week: int
    start: time
    end: time
    duration: int
    interval: int | None
    capacity: int
    offering: int = 0
    valid_from: date | None = None
    valid_to: date | None = None


@dataclass(frozen=True)
class Change:
    kind: str
    start: datetime
    end: datetime
    rule: Rule | None
    duration: int | None


# Offering, start, end, seats.
Slot = tuple[int, datetime, datetime, int]


class Clock:
    """What a zone's clock shows, minute by minute, for some days around one."""

    def __init__(self, zone: str, middle: date, days: int = 6) -> None:
        first = datetime.combine(middle - timedelta(days=days), time(0), UTC)
        self.shown = [
            (moment, moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None))
            for moment in (first + n * MINUTE for n in range(2 * days * 1440))
        ]
        self.first: dict[datetime, datetime] = {}
        for moment, wall in self.shown:
            self.first.setdefault(wall, moment)

    def read(self, wall: datetime) -> datetime:
        """The first minute that shows it; where the clock jumps over it, as if it had not."""
        if wall in self.first:
            return self.first[wall]
        for (moment, before), (_moment, after) in zip(self.shown, self.shown[1:], strict=False):
            if before < wall < after:
                return moment + (wall - before)
        raise ValueError(wall)

    def dates(self, start: datetime, end: datetime) -> set[date]:
        """The dates the clock shows from one instant up to another."""
        first = self.shown[0][0]
        ends = [max(0, -((first - moment) // MINUTE)) for moment in (start, end)]
        return {wall.date() for _moment, wall in self.shown[ends[0] : ends[1]]}


def expected(
    clock: Clock, days: list[date], rules: Iterable[Rule], exceptions: Iterable[Change]
) -> set[Slot]:
    """Every slot that starts on one of the days."""
    rules, exceptions = list(rules), list(exceptions)
    overrides = [each for each in exceptions if each.kind == "override"]
    replaced = [(each.rule, clock.dates(each.start, each.end)) for each in overrides]
    slots = [slot for rule in rules for slot in _of_rule(clock, days, rule, replaced)]
    slots += [slot for each in overrides for slot in _of_override(each)]
    blocks = [each for each in exceptions if each.kind != "override"]
    opens, closes = (clock.read(datetime.combine(day, time(0))) for day in _ends(days))
    kept: dict[tuple[int, datetime], Slot] = {}
    for rule, slot in slots:
        offering, start, end, _seats = slot
        blocked = any(b.start < end and b.end > start and b.rule in (None, rule) for b in blocks)
        if opens <= start < closes and not blocked:
            kept[offering, start] = max(kept.get((offering, start), slot), slot)
    return set(kept.values())


def _of_rule(
    clock: Clock, days: list[date], rule: Rule, replaced: list[tuple[Rule | None, set[date]]]
) -> Iterable[tuple[Rule | None, Slot]]:
    for day in [days[0] - timedelta(days=1), *days, days[-1] + timedelta(days=1)]:
        gives_way = any(of in (None, rule) and day in dates for of, dates in replaced)
        if day.isoweekday() % 7 == rule.day_of_week and _valid(rule, day) and not gives_way:
            closing = day + timedelta(days=1) if rule.end == time(0) else day
            start = clock.read(datetime.combine(day, rule.start))
            end = clock.read(datetime.combine(closing, rule.end))
            yield from _cut(rule, start, end, rule.duration, rule.interval)


def _valid(rule: Rule, day: date) -> bool:
    return (rule.valid_from or day) <= day <= (rule.valid_to or day)


def _of_override(each: Change) -> Iterable[tuple[Rule | None, Slot]]:
    rule = each.rule
    if each.duration is not None:
        yield from _cut(rule, each.start, each.end, each.duration, None)
    elif rule is not None:
        yield from _cut(rule, each.start, each.end, rule.duration, rule.interval)


def _cut(
    rule: Rule | None, start: datetime, end: datetime, duration: int, step: int | None
) -> Iterable[tuple[Rule | None, Slot]]:
    """Every minute from the start that is a whole number of steps after it."""
    offering, seats = (rule.offering, rule.capacity) if rule else (0, 1)
    minute = 0
    while start + (minute + duration) * MINUTE <= end:
        if minute % (step or duration) == 0:
            begins = start + minute * MINUTE
            yield rule, (offering, begins, begins + duration * MINUTE, seats)
        minute += 1


def _ends(days: list[date]) -> tuple[date, date]:
    return days[0], days[-1] + timedelta(days=1)
