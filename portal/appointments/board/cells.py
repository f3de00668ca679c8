"""What stands in a column: visits' cards, free starts, time without hours. Pure: rows in, shapes
out. Everything a template needs is decided here; templates only write it down.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from operator import attrgetter

from portal.appointments.board.axis import Axis, Rows, place_of
from portal.appointments.board.lanes import lane_classes
from portal.appointments.queries import BlockRow, SlotRow, VisitRow
from portal.appointments.words import FLAGS, STATUS, Flag, shown_status
from portal.availability.rules import Span

SHORTEST_CARD = 2
LATE_MINUTES = 20
GOES_ON = frozenset({"scheduled", "checked_in", "in_progress"})
Say = Callable[..., str]


@dataclass(frozen=True, slots=True)
class Card(Rows):
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

    @property
    def place(self) -> str:
        """The classes that put it there, beside others where they overlap."""
        return place_of(self.row, self.span) + self.lane


@dataclass(frozen=True, slots=True)
class Free(Rows):
    """A start that can be booked, or that somebody is just booking.

    Of a group's start the seats that are left are said; it stands beside those who have one.
    """

    slot_id: int
    time: str
    held: str | None
    seats: str | None
    joins: bool
    said: str
    lane: str = ""
    is_free: bool = True

    @property
    def place(self) -> str:
        """The classes that put it there, beside the visits it can be joined to."""
        return place_of(self.row, self.span) + self.lane


@dataclass(frozen=True, slots=True)
class Block(Rows):
    """Time without hours; a label and the exception when there is a reason."""

    label: str
    said: str
    exception_id: int = 0


def cells_of(
    visits: Iterable[VisitRow], slots: Iterable[SlotRow], axis: Axis, now: datetime, say: Say
) -> list[Card | Free]:
    """A doctor's visits as cards and free starts, by row, side by side where they overlap."""
    cells: list[Card | Free] = [_card(visit, axis, now, say) for visit in visits]
    cells += free_of(slots, axis, say)
    cells.sort(key=attrgetter("row"))
    beside = [cell for cell in cells if not isinstance(cell, Free) or cell.joins]
    lanes = dict(zip(map(id, beside), lane_classes(beside), strict=True))
    return [
        replace(cell, lane=lane + cell.lane) if (lane := lanes.get(id(cell))) else cell
        for cell in cells
    ]


def _card(visit: VisitRow, axis: Axis, now: datetime, say: Say) -> Card:
    at = axis.rows_of(visit.start_at, visit.end_at)
    status = shown_status(visit.status, visit.confirmed_at)
    label, icon = STATUS[status]
    flags = tuple(FLAGS[flag] for flag in visit.flags)
    length = Span(visit.start_at, visit.end_at).minutes
    waiting = visit.checked_in_at if visit.status == "checked_in" else None
    waited = Span(waiting, now).minutes if waiting else 0
    words = [say(label), say("%(minutes)s min", minutes=length), *(say(f.label) for f in flags)]
    return Card(
        # Too short a card could not be read or hit.
        row=at.row, span=max(SHORTEST_CARD, at.span), id=visit.id,
        lane=" overbooked" if visit.overbooked else "",
        status=status, icon=icon, name=visit.name(), flags=flags, time=axis.hhmm(visit.start_at),
        service=visit.service, since=int(waiting.timestamp()) if waiting else None,
        wait=say("%(minutes)s min", minutes=waited), late=waited > LATE_MINUTES,
        movable=visit.status == "scheduled",
        next=f"next?version={visit.row_version}" if visit.status in GOES_ON else None,
        said=", ".join(["", *words]),
    )  # fmt: skip


def free_of(slots: Iterable[SlotRow], axis: Axis, say: Say) -> list[Free]:
    """The starts nothing stands in the way of, one for each time."""
    shown: dict[datetime, Free] = {}
    for slot in slots:
        if not slot.free or slot.start_at in shown:
            continue
        at, time = axis.rows_of(slot.start_at, slot.end_at), axis.hhmm(slot.start_at)
        held = say("%(holder)s is booking", holder=slot.holder) if slot.holder else None
        seats = _seats(slot, say)
        words = held or ". ".join(filter(None, [seats, say("Free. Book it")]))
        shown[slot.start_at] = Free(
            at.row, at.span, slot.id, time, held, seats, slot.booked > 0, f"{time}. {words}"
        )
    return list(shown.values())


def _seats(slot: SlotRow, say: Say) -> str | None:
    if slot.capacity == 1:
        return None
    left = slot.capacity - slot.booked
    return say("%(left)s of %(seats)s left", left=left, seats=slot.capacity)


def blocks_of(
    present: Iterable[Span], away: Sequence[BlockRow], axis: Axis, say: Say
) -> list[Block]:
    """The gaps between all there is of a doctor's day, with the reason where one is known."""
    blocks, at = [], 0
    for rows in sorted((axis.rows_of(s.start, s.end) for s in present), key=lambda r: r.row):
        if rows.row > at:
            blocks.append(_block(Rows(at, rows.row - at), away, axis, say))
        at = max(at, rows.end_row)
    if at < axis.rows:
        blocks.append(_block(Rows(at, axis.rows - at), away, axis, say))
    return blocks


def _block(rows: Rows, away: Sequence[BlockRow], axis: Axis, say: Say) -> Block:
    gap = Span(axis.instant(rows.row), axis.instant(rows.end_row))
    found = (row for row in away if gap.touches(Span(row.start_at, row.end_at)))
    reason = next(found, None)
    said = say(
        "No hours from %(start)s to %(end)s", start=axis.hhmm(gap.start), end=axis.hhmm(gap.end)
    )
    if reason is None:
        return Block(rows.row, rows.span, "", said)
    return Block(rows.row, rows.span, reason.reason, said, reason.exception_id)
