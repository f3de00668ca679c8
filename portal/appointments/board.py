"""The day board's picture: what stands in which row of which column. Pure: rows in, shapes out.

A row is five minutes of elapsed time since the board opens, so that a day with a clock change is
as long as it is. Everything a template needs is decided here; templates only write it down.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from hashlib import blake2s
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from portal.appointments.lanes import lane_classes
from portal.appointments.words import BOARD, FLAGS, STATUS, Flag

ROW = 5
HOUR = 60 // ROW
SHORTEST_CARD = 2
LATE_MINUTES = 20
HUES = 8
NEXT = {"scheduled": "check-in", "checked_in": "start", "in_progress": "completion"}
MOVABLE = frozenset({"scheduled", "checked_in"})
TAKES_TIME = frozenset({"scheduled", "checked_in", "in_progress", "completed"})
Say = Callable[..., str]


class VisitRow(NamedTuple):
    """A visit as the day's query gives it; `name` opens the patient's name when it is asked."""

    id: int
    doctor_id: int
    start_at: datetime
    end_at: datetime
    status: str
    confirmed_at: datetime | None
    checked_in_at: datetime | None
    started_at: datetime | None
    overbooked: bool
    row_version: int
    service: str
    flags: tuple[str, ...]
    name: Callable[[], str]


class SlotRow(NamedTuple):
    """A start the rules offer. `holder` is who holds it, when somebody else does."""

    id: int
    doctor_id: int
    start_at: datetime
    end_at: datetime
    free: bool
    holder: str | None


class BlockRow(NamedTuple):
    """Time a doctor is away, with the reason given."""

    doctor_id: int
    start_at: datetime
    end_at: datetime
    reason: str


class DoctorRow(NamedTuple):
    """Whose column it is."""

    id: int
    name: str
    about: str


@dataclass(frozen=True, slots=True)
class Span:
    """Rows taken: from `row` on, `span` of them."""

    row: int
    span: int

    @property
    def end_row(self) -> int:
        return self.row + self.span


@dataclass(frozen=True, slots=True)
class Card(Span):
    """A visit's card."""

    id: int
    lane: str
    status: str
    icon: str
    name: str
    flags: tuple[Flag, ...]
    time: str
    service: str
    since: int | None
    wait: str
    late: bool
    movable: bool
    next: str | None
    said: str
    is_free: bool = False


@dataclass(frozen=True, slots=True)
class Free(Span):
    """A start that can be booked, or that somebody is just booking."""

    slot_id: int
    start: str
    time: str
    held: str | None
    said: str
    is_free: bool = True


@dataclass(frozen=True, slots=True)
class Block(Span):
    """Time without hours; a label when there is a reason."""

    label: str
    said: str


@dataclass(frozen=True, slots=True)
class Column:
    """A doctor's day."""

    doctor_id: int
    name: str
    about: str
    hue: int
    load: int
    stamp: str
    said: str
    cells: tuple[Card | Free, ...]
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Axis:
    """The board's span: from one instant on, so many rows, read in one zone."""

    opens: datetime
    rows: int
    zone: ZoneInfo

    def row_of(self, moment: datetime) -> int:
        return int((moment - self.opens).total_seconds() // 60) // ROW

    def span_of(self, start: datetime, end: datetime) -> Span:
        """Whole rows, cut to the board; at least one."""
        first = max(0, self.row_of(start))
        last = min(self.rows, -(-int((end - self.opens).total_seconds() // 60) // ROW))
        return Span(first, max(1, last - first))

    def hhmm(self, moment: datetime) -> str:
        return f"{moment.astimezone(self.zone):%H:%M}"


def axis_of(day: date, zone: ZoneInfo, times: Iterable[tuple[datetime, datetime]]) -> Axis:
    """From the whole hour before the first thing of the day to the one after the last.

    A day with nothing on it shows eight to six.
    """
    midnight = datetime(day.year, day.month, day.day, tzinfo=zone)
    spans = list(times)
    first = min((start for start, _end in spans), default=midnight.replace(hour=8))
    last = max((end for _start, end in spans), default=midnight.replace(hour=18))
    local = max(first.astimezone(zone), midnight)
    opens = local.replace(minute=0, second=0, microsecond=0).astimezone(ZoneInfo("UTC"))
    midnight_after = (midnight + timedelta(days=1)).astimezone(ZoneInfo("UTC"))
    hours = -(-(min(last, midnight_after) - opens) // timedelta(hours=1))
    return Axis(opens, max(1, hours) * HOUR, zone)


def hours_of(axis: Axis) -> list[tuple[int, str]]:
    """Row and label of each hour."""
    marks = range(0, axis.rows, HOUR)
    return [(row, axis.hhmm(axis.opens + timedelta(minutes=row * ROW))) for row in marks]


def stamp_of(name: object, *facts: Any) -> str:
    """A short mark that changes when the facts do, by which a browser says what it has."""
    return f"{name}:{blake2s(repr(facts).encode(), digest_size=5).hexdigest()}"


def cards_of(visits: Sequence[VisitRow], axis: Axis, now: datetime, say: Say) -> list[Card]:
    """A doctor's visits (by start) as cards, side by side where they overlap."""
    spans = [axis.span_of(visit.start_at, visit.end_at) for visit in visits]
    spans = [replace(span, span=max(SHORTEST_CARD, span.span)) for span in spans]
    lanes = lane_classes(spans)
    return [
        _card(visit, span, lane, axis, now, say)
        for visit, span, lane in zip(visits, spans, lanes, strict=True)
    ]


def shown_status(status: str, confirmed_at: datetime | None) -> str:
    """A booked visit that was confirmed looks it."""
    return "confirmed" if status == "scheduled" and confirmed_at else status


def _card(visit: VisitRow, span: Span, lane: str, axis: Axis, now: datetime, say: Say) -> Card:
    status = shown_status(visit.status, visit.confirmed_at)
    label, icon = STATUS[status]
    flags = tuple(FLAGS[flag] for flag in visit.flags)
    minutes = int((visit.end_at - visit.start_at).total_seconds() // 60)
    waiting = visit.checked_in_at if visit.status == "checked_in" else None
    waited = int((now - waiting).total_seconds() // 60) if waiting else 0
    words = [say(label), say("%(minutes)s min", minutes=minutes), *(say(f.label) for f in flags)]
    return Card(
        row=span.row, span=span.span, id=visit.id,
        lane=lane + (" overbooked" if visit.overbooked else ""),
        status=status, icon=icon, name=visit.name(), flags=flags, time=axis.hhmm(visit.start_at),
        service=visit.service, since=int(waiting.timestamp()) if waiting else None,
        wait=say("%(minutes)s min", minutes=waited), late=waited > LATE_MINUTES,
        movable=visit.status in MOVABLE, next=NEXT.get(visit.status), said=", ".join(["", *words]),
    )  # fmt: skip


def free_of(
    slots: Iterable[SlotRow], taken: Sequence[tuple[datetime, datetime]], axis: Axis, say: Say
) -> list[Free]:
    """The starts nothing stands in the way of, one for each time."""
    shown: dict[datetime, Free] = {}
    for slot in slots:
        if not slot.free or any(s < slot.end_at and e > slot.start_at for s, e in taken):
            continue
        span, time = axis.span_of(slot.start_at, slot.end_at), axis.hhmm(slot.start_at)
        held = say("%(holder)s is booking", holder=slot.holder) if slot.holder else None
        words = held or say("Free. Book it")
        shown.setdefault(
            slot.start_at,
            Free(span.row, span.span, slot.id, f"{slot.start_at:%Y-%m-%dT%H:%M}Z", time, held,
                 f"{time}. {words}"),
        )  # fmt: skip
    return list(shown.values())


def blocks_of(
    present: Iterable[tuple[datetime, datetime]], away: Sequence[BlockRow], axis: Axis, say: Say
) -> list[Block]:
    """The gaps between all there is of a doctor's day, with the reason where one is known."""
    blocks, at = [], 0
    closing = axis.opens + timedelta(minutes=axis.rows * ROW)
    for start, end in [*sorted(present), (closing, closing)]:
        span = axis.span_of(start, end)
        if span.row > at:
            blocks.append(_block(Span(at, span.row - at), away, axis, say))
        at = max(at, span.end_row)
    return blocks


def _block(span: Span, away: Sequence[BlockRow], axis: Axis, say: Say) -> Block:
    start = axis.opens + timedelta(minutes=span.row * ROW)
    end = axis.opens + timedelta(minutes=span.end_row * ROW)
    reasons = (row.reason for row in away if row.start_at < end and row.end_at > start)
    said = say("No hours from %(start)s to %(end)s", start=axis.hhmm(start), end=axis.hhmm(end))
    return Block(span.row, span.span, next(reasons, ""), said)


def counts_of(visits: Iterable[VisitRow]) -> list[tuple[str, int]]:
    """How many visits stand at each status the board shows, in the chips' order."""
    found = Counter(shown_status(visit.status, visit.confirmed_at) for visit in visits)
    return [(status, found[status]) for status in BOARD]


def load_of(visits: Iterable[VisitRow], hours: Sequence[tuple[datetime, datetime]]) -> int:
    """Per cent of a doctor's time that is booked, in steps of five."""
    there = sum(((end - start) for start, end in hours), timedelta())
    taken = (v.end_at - v.start_at for v in visits if v.status in TAKES_TIME)
    share = sum(taken, timedelta()) / there if there else 0
    return min(100, round(share * 20) * 5)
