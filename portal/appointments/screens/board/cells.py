"""Cells of a column: visits' cards, groups, openings. Pure: rows in, shapes out. Everything a
template needs is decided here; templates only write it down.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from operator import attrgetter
from typing import NamedTuple

from portal.appointments.labels import FLAGS, STATUS, Flag, shown_status
from portal.appointments.queries.day import BlockRow, VisitRow
from portal.appointments.rules.openings import lies_outside
from portal.appointments.rules.visits import where
from portal.appointments.screens.board.axis import ROW, Axis, Rows, place_of
from portal.appointments.screens.board.blocks import is_away
from portal.appointments.screens.board.lanes import MOST, Lane, clusters, lanes_of
from portal.appointments.screens.board.steps import LATE_MINUTES, NextButton, next_of
from portal.scheduling.openings.day_slots import SlotRow
from portal.scheduling.times import Span, local_date

SHORTEST_CARD = 2
# A group is drawn as whoever of it is furthest on their way.
FURTHEST = ("in_progress", "checked_in", "confirmed", "scheduled", "completed", "no_show")
Translate = Callable[..., str]


class Scene(NamedTuple):
    """The context of drawing besides the rows: the scale, the moment, the language."""

    axis: Axis
    now: datetime
    translate: Translate


class Pill(NamedTuple):
    """Minutes that count on by themselves; beyond the limit they are alarming."""

    text: str
    since: int | None
    limit: int
    pattern: str
    late: bool


@dataclass(frozen=True, slots=True)
class PlacedCard(Rows):
    """A card on the board, beside others where they overlap."""

    id: int
    lane: str

    @property
    def grid_class(self) -> str:
        """The classes that put it there."""
        return place_of(self.row, self.span) + self.lane


@dataclass(frozen=True, slots=True)
class Card(PlacedCard):
    """A visit's card. `marks` are words that everybody must see; of the flags alerts come first.

    `movable` is where it is, for whoever moves it; empty when nobody may.
    """

    status: str
    icon: str
    name: str
    alerts: tuple[Flag, ...]
    flags: tuple[Flag, ...]
    marks: tuple[str, ...]
    time: str
    service: str
    pill: Pill | None
    movable: str
    next: NextButton | None
    aria_label: str
    kind: str = "card"


@dataclass(frozen=True, slots=True)
class GroupCard(PlacedCard):
    """Those of one slot with several seats, as one card; `has` is every status among them."""

    status: str
    has: str
    name: str
    time: str
    seats: str
    here: str
    aria_label: str
    kind: str = "group"


@dataclass(frozen=True, slots=True)
class More(PlacedCard):
    """Visits for which no lane is left, as the link to their list.

    On a phone there is one lane beside the link: a link of its own, `few`, stands for the others.
    """

    number: int
    since: datetime
    until: datetime
    aria_label: str
    few: bool = False
    kind: str = "more"


@dataclass(frozen=True, slots=True)
class Free(PlacedCard):
    """An opening, or one that somebody is just booking; of a group's the seats are said.

    `at` is its instant where no row of the board begins then.
    """

    time: str
    held: str | None
    seats: str | None
    aria_label: str
    at: str | None = None
    kind: str = "free"


Cell = Card | GroupCard | More | Free


def cells_of(
    visits: Iterable[VisitRow],
    slots: Sequence[SlotRow],
    away: Sequence[BlockRow],
    scene: Scene,
) -> list[Cell]:
    """A doctor's visits and openings, by row, side by side where they overlap."""
    groups, alone = _grouped(visits, slots)
    gone = {slot.id for slot in slots if slot.orphaned}
    hours = [slot for slot in slots if slot.by_rule and not slot.orphaned]
    cards: list[Cell] = [
        _card(visit, scene, outside_hours=_is_outside(visit, gone, hours, away)) for visit in alone
    ]
    cards += [_group(slot, members, scene) for slot, members in groups]
    cards.sort(key=attrgetter("row"))
    cells = [
        *_side_by_side(cards, scene),
        *free_of(slots, scene, grouped={s.id for s, _ in groups}),
    ]
    return sorted(cells, key=attrgetter("row"))


def _is_outside(
    visit: VisitRow, gone: Collection[int], hours: Sequence[SlotRow], away: Sequence[BlockRow]
) -> bool:
    """Whether somebody has to decide about a visit: no hours of its doctor support it.

    Of a patient who has come only when the doctor went away since: a walk-in may be at any time.
    """
    left = visit.slot_id in gone or is_away(visit.start_at, visit.end_at, away)
    if visit.status == "checked_in":
        return left
    odd = bool(hours) and lies_outside(visit.start_at, hours)
    return visit.status == "scheduled" and (left or odd)


def _grouped(
    visits: Iterable[VisitRow], slots: Iterable[SlotRow]
) -> tuple[list[tuple[SlotRow, list[VisitRow]]], list[VisitRow]]:
    """The visits of each slot with several seats, and those of their own."""
    members: dict[int, list[VisitRow]] = {slot.id: [] for slot in slots if slot.capacity > 1}
    alone: list[VisitRow] = []
    for visit in visits:
        members.get(visit.slot_id or 0, alone).append(visit)
    return [(slot, members[slot.id]) for slot in slots if members.get(slot.id)], alone


def _side_by_side(cards: Sequence[Cell], scene: Scene) -> list[Cell]:
    lanes = lanes_of(cards)
    placed = [_in_lane(card, lane) for card, lane in zip(cards, lanes, strict=True)]
    folded = [card for card, lane in zip(cards, lanes, strict=True) if lane.folded]
    last = next((lane.cls for lane in lanes if lane.folded), "")
    beside = [
        card for card, lane in zip(cards, lanes, strict=True) if lane.of == MOST and lane.number
    ]
    return [*placed, *_more(folded, last, scene), *_more(beside, " few", scene)]


def _in_lane(card: Cell, lane: Lane) -> Cell:
    """The card where it stands; what has the whole width is as it was."""
    cls = " folded" if lane.folded else lane.cls
    return replace(card, lane=cls + card.lane) if cls else card


def _more(cards: Sequence[Cell], lane: str, scene: Scene) -> Iterable[More]:
    """A link to each of the lists of those that hang together."""
    for members, _ in clusters(cards):
        yield _link([cards[n] for n in members], lane, scene)


def _link(cards: Sequence[Cell], lane: str, scene: Scene) -> More:
    row, end = cards[0].row, max(card.end_row for card in cards)
    since, until = scene.axis.instant(row), scene.axis.instant(end)
    aria_label = scene.translate("%(number)s more appointments at %(time)s",
                     number=len(cards), time=scene.axis.hhmm(since))  # fmt: skip
    few = lane == " few"
    return More(row, end - row, cards[0].id, lane, len(cards), since, until, aria_label, few)


def _card(visit: VisitRow, scene: Scene, *, outside_hours: bool) -> Card:
    axis, now, translate = scene
    at = axis.rows_of(visit.start_at, visit.end_at)
    status = shown_status(visit.status, visit.confirmed_at)
    label, icon = STATUS[status]
    raised = (*visit.flags, *(("outside",) if outside_hours else ()))
    flags = tuple(FLAGS[flag] for flag in raised)
    marks = [translate(flag.label) for flag in flags if flag.marks]
    marks += [translate("Overbooked")] if visit.overbooked else []
    length = Span(visit.start_at, visit.end_at).minutes
    parts = [translate(label), translate("%(minutes)s min", minutes=length), *marks,
             *(translate(flag.label) for flag in flags if not flag.marks)]  # fmt: skip
    return Card(
        # Too short a card could not be read or hit.
        row=at.row, span=max(SHORTEST_CARD, at.span), id=visit.id,
        lane=" overbooked" if visit.overbooked else "",
        status=status, icon=icon, name=visit.name(),
        alerts=tuple(flag for flag in flags if flag.first),
        flags=tuple(flag for flag in flags if not flag.first), marks=tuple(marks),
        time=axis.hhmm(visit.start_at), service=visit.service, pill=_pill(visit, scene),
        movable=where(visit.start_at, visit.doctor_id) if visit.status == "scheduled" else "",
        next=next_of(visit, axis.zone, now, translate),
        aria_label=", ".join(["", *parts]),
    )  # fmt: skip


def _pill(visit: VisitRow, scene: Scene) -> Pill | None:
    """How long somebody waits, or is late."""
    axis, now, translate = scene
    if visit.status == "checked_in" and visit.checked_in_at:
        waited = Span(visit.checked_in_at, now).minutes
        since = int(visit.checked_in_at.timestamp())
        return Pill(translate("%(minutes)s min", minutes=waited), since, LATE_MINUTES,
                    translate("%(minutes)s min", minutes="#"), waited > LATE_MINUTES)  # fmt: skip
    if not visit.late(now):
        return None
    if local_date(visit.start_at, axis.zone.key) != local_date(now, axis.zone.key):
        return Pill(translate("Late"), None, 0, "", late=True)
    late = Span(visit.start_at, now).minutes
    return Pill(translate("%(minutes)s min late", minutes=late), int(visit.start_at.timestamp()), 0,
                translate("%(minutes)s min late", minutes="#"), late=True)  # fmt: skip


def _group(slot: SlotRow, members: Sequence[VisitRow], scene: Scene) -> GroupCard:
    axis, translate = scene.axis, scene.translate
    start = min(visit.start_at for visit in members)
    at = axis.rows_of(start, max(visit.end_at for visit in members))
    statuses = {shown_status(visit.status, visit.confirmed_at) for visit in members}
    services = {visit.service for visit in members}
    name = services.pop() if len(services) == 1 else translate("Group")
    here = sum(visit.is_present for visit in members)
    seats = translate("%(booked)s of %(seats)s", booked=slot.booked, seats=slot.capacity)
    here_text = translate("%(number)s here", number=here) if here else ""
    return GroupCard(
        row=at.row, span=max(SHORTEST_CARD, at.span), id=slot.id, lane="",
        status=min(statuses, key=FURTHEST.index), has=" ".join(sorted(statuses)), name=name,
        time=axis.hhmm(start), seats=seats, here=here_text,
        aria_label=", ".join(filter(None, ["", translate("Group"), here_text])),
    )  # fmt: skip


def free_of(slots: Iterable[SlotRow], scene: Scene, grouped: Iterable[int] = ()) -> list[Free]:
    """The openings nothing stands in the way of, one for each time.

    A group that somebody is in already is a card; a seat is booked there.
    """
    openings: dict[datetime, Free] = {}
    for slot in slots:
        if slot.free and slot.start_at not in openings and slot.id not in grouped:
            openings[slot.start_at] = _free(slot, scene)
    return list(openings.values())


def _free(slot: SlotRow, scene: Scene) -> Free:
    axis, _now, translate = scene
    at, time = axis.rows_of(slot.start_at, slot.end_at), axis.hhmm(slot.start_at)
    held = translate("%(holder)s is booking", holder=slot.holder) if slot.holder else None
    seats = None
    if slot.capacity > 1:
        left = slot.capacity - slot.booked
        seats = translate("%(left)s of %(seats)s left", left=left, seats=slot.capacity)
    text = held or ". ".join(filter(None, [seats, translate("Free. Book it")]))
    odd = slot.start_at.minute % ROW or slot.start_at.second
    return Free(
        at.row, at.span, slot.id, "", time, held, seats, f"{time}. {text}",
        slot.start_at.isoformat() if odd else None,
    )  # fmt: skip
