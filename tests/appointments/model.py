"""A clinic's Monday in plain Python: what may be booked, held, moved and undone, and what not.

Written for the test alone, from the specification: it knows no SQL, no slots' rows and no statuses
of slots, only hours, absences, visits and holds.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

LIVE = {"scheduled", "checked_in", "in_progress"}
MOVABLE = {"scheduled", "checked_in"}
FORWARD = {
    "check_in": ("scheduled", "checked_in"),
    "start_visit": ("checked_in", "in_progress"),
    "complete_visit": ("in_progress", "completed"),
}
HOLD = timedelta(minutes=5)
Span = tuple[datetime, datetime]


def overlap(one: Span, other: Span) -> bool:
    return one[0] < other[1] and other[0] < one[1]


@dataclass(frozen=True)
class Hours:
    """Where one doctor offers one service: times in minutes, `until` moves when hours change."""

    doctor: int
    facility: int
    service: int
    opens: datetime
    until: datetime
    step: int
    seats: int
    length: int
    after: int = 0

    def starts(self) -> Iterator[Span]:
        """The slots of the window, absences aside."""
        at, step = self.opens, timedelta(minutes=self.step)
        while at + step <= self.until:
            yield at, at + step
            at += step

    def visit(self, at: datetime) -> Span:
        return at, at + timedelta(minutes=self.length)

    def busy(self, at: datetime) -> Span:
        return at, at + timedelta(minutes=self.length + self.after)


@dataclass(frozen=True)
class Visit:
    """A visit at a place; `slot` is the start of the hours it sits in, None for one of its own.

    `seated`: it takes its doctor's time.
    """

    place: int
    patient: int
    at: datetime
    slot: datetime | None
    status: str = "scheduled"
    seated: bool = True
    overbooked: bool = False
    arrived: bool = False


@dataclass
class Monday:
    """What is known; every method answers as the clinic has to."""

    places: list[Hours]
    visits: dict[int, Visit] = field(default_factory=dict)
    holds: dict[tuple[int, datetime], tuple[int, datetime]] = field(default_factory=dict)
    away: list[tuple[int, Span]] = field(default_factory=list)
    history: dict[int, list[tuple[Visit, frozenset[object]]]] = field(default_factory=dict)

    def slots(self, place: int) -> list[Span]:
        """The starts that hours give and no absence takes."""
        gone = [span for where, span in self.away if where == place]
        return [
            slot for slot in self.places[place].starts()
            if not any(overlap(slot, span) for span in gone)
        ]  # fmt: skip

    def offered(
        self, place: int, at: datetime, now: datetime, who: int | None, but: int | None = None
    ) -> bool:
        """Whether a whole visit can be booked at a start, one visit not counted."""
        hours, slots = self.places[place], self.slots(place)
        mine = [slot for slot in slots if slot[0] == at]
        return (
            at > now
            and bool(mine)
            and self._seated(place, at, but) < hours.seats
            and not self._held(place, at, now, who)
            and _covered(slots, hours.busy(at))
            and not self.taken(place, at, now, who, but)
        )

    def taken(
        self, place: int, at: datetime, now: datetime, who: int | None, but: int | None = None
    ) -> bool:
        """Whether the doctor is taken then by anything but visits of the same start."""
        hours = self.places[place]
        others = [
            self.places[visit.place].busy(visit.at)
            for number, visit in self.visits.items()
            if visit.seated and number != but and self.places[visit.place].doctor == hours.doctor
            and not (visit.place == place and visit.slot == at)
        ]  # fmt: skip
        others += [
            self.places[where].busy(start)
            for (where, start), (holder, until) in self.holds.items()
            if until > now and holder != who and self.places[where].doctor == hours.doctor
            and (where, start) != (place, at)
        ]  # fmt: skip
        return any(overlap(hours.busy(at), each) for each in others)

    def patient_busy(self, patient: int, span: Span, but: int | None = None) -> bool:
        return any(
            visit.status in LIVE and visit.patient == patient and number != but
            and overlap(span, self.places[visit.place].visit(visit.at))
            for number, visit in self.visits.items()
        )  # fmt: skip

    def let_go(self, place: int, who: int | None, now: datetime) -> None:
        """Whoever books with a doctor lets go of what they held of that doctor."""
        doctor = self.places[place].doctor
        for key, (holder, until) in list(self.holds.items()):
            if self.places[key[0]].doctor == doctor and (holder == who or until <= now):
                del self.holds[key]

    def may_book(self, place: int, patient: int, at: datetime, now: datetime, who: int) -> bool:
        free = not self.patient_busy(patient, self.places[place].visit(at))
        return free and self.offered(place, at, now, who)

    def walks_in(self, place: int, patient: int, at: datetime, now: datetime) -> Visit | None:
        """The visit that makes its own time, squeezed in where the doctor is taken."""
        if self.patient_busy(patient, self.places[place].visit(at)):
            return None
        full = bool(self._seated(place, at)) or self._held(place, at, now, None)
        over = full or self.taken(place, at, now, None)
        in_hours = not over and any(start == at for start, _end in self.slots(place))
        return Visit(place, patient, at, at if in_hours else None, overbooked=over)

    def may_move(self, number: int, place: int, at: datetime, now: datetime) -> bool:
        visit = self.visits[number]
        if visit.status not in MOVABLE:
            return False
        if (visit.place, visit.at) == (place, at):
            return True
        span = self.places[place].visit(at)
        free = not self.patient_busy(visit.patient, span, number)
        return free and self.offered(place, at, now, None, but=number)

    def move(self, number: int, place: int, at: datetime) -> None:
        visit = self.visits[number]
        if (visit.place, visit.at) != (place, at):
            self._keep(number)
            self.visits[number] = replace(visit, place=place, at=at, slot=at, overbooked=False)

    def cancel(self, number: int, now: datetime) -> bool:
        visit = self.visits[number]
        if visit.status not in MOVABLE:
            return False
        self._keep(number)
        over = now >= self.places[visit.place].visit(visit.at)[1]
        self.visits[number] = replace(visit, status="cancelled", seated=over)
        return True

    def go_on(self, number: int, act: str, now: datetime) -> bool:
        """Check in, start, complete, miss; whether that was possible."""
        visit = self.visits[number]
        if act == "mark_no_show":
            possible = visit.status in MOVABLE and now >= visit.at
            to = "no_show"
        else:
            wanted, to = FORWARD[act]
            possible = visit.status == wanted
        if possible:
            self._keep(number)
            arrived = visit.arrived or to == "checked_in"
            self.visits[number] = replace(visit, status=to, arrived=arrived)
        return possible

    def undo(self, number: int, now: datetime) -> bool:
        """What was before the last act is again, while nobody has taken the time since."""
        if not self.history.get(number):
            return False
        before, beside = self.history[number][-1]
        span = self.places[before.place].visit(before.at)
        busy = before.status in LIVE and self.patient_busy(before.patient, span, number)
        if busy or not self._fits(number, before, beside, now):
            return False
        self.history[number].pop()
        self.visits[number] = before
        return True

    def _keep(self, number: int) -> None:
        """What a visit is, and what its doctor is taken for beside it."""
        beside = self._overlapping(number, self.visits[number])
        self.history.setdefault(number, []).append((self.visits[number], beside))

    def _fits(self, number: int, was: Visit, beside: frozenset[object], now: datetime) -> bool:
        """Whether a visit can have the seat again that it had."""
        visit = self.visits[number]
        same = (visit.place, visit.at, visit.slot) == (was.place, was.at, was.slot)
        if not was.seated or (visit.seated and same):
            return True
        if self._overlapping(number, was) - beside or self._held_then(was, now):
            return False
        if was.slot is None:
            return was.overbooked or not self._own_there(number, was)
        full = self._seated(was.place, was.at, number) >= self.places[was.place].seats
        return not full

    def _overlapping(self, number: int, wanted: Visit) -> frozenset[object]:
        """The slots of other visits that the doctor is taken for at the visit's time."""
        hours, own = self.places[wanted.place], self._slot(number, wanted)
        return frozenset(
            self._slot(other, visit)
            for other, visit in self.visits.items()
            if other != number and visit.seated
            and self.places[visit.place].doctor == hours.doctor
            and overlap(hours.busy(wanted.at), self.places[visit.place].busy(visit.at))
        ) - {own} if wanted.seated else frozenset()  # fmt: skip

    def _held_then(self, wanted: Visit, now: datetime) -> bool:
        hours = self.places[wanted.place]
        return any(
            until > now and self.places[where].doctor == hours.doctor
            and overlap(hours.busy(wanted.at), self.places[where].busy(start))
            for (where, start), (_holder, until) in self.holds.items()
        )  # fmt: skip

    def _own_there(self, number: int, wanted: Visit) -> bool:
        return any(
            other != number and visit.seated
            and self._slot(other, visit) == self._slot(number, wanted)
            for other, visit in self.visits.items()
        )  # fmt: skip

    def _slot(self, number: int, visit: Visit) -> object:
        """Which slot it is: one of the hours', one of its own, or one on top of another."""
        if visit.slot is not None:
            return ("hours", visit.place, visit.slot)
        return ("over", number) if visit.overbooked else ("own", visit.place, visit.at)

    def _seated(self, place: int, at: datetime, but: int | None = None) -> int:
        return sum(
            visit.seated and number != but and (visit.place, visit.slot) == (place, at)
            for number, visit in self.visits.items()
        )

    def _held(self, place: int, at: datetime, now: datetime, who: int | None) -> bool:
        holder, until = self.holds.get((place, at), (None, now))
        return until > now and (who is None or holder != who)


def _covered(slots: list[Span], wanted: Span) -> bool:
    """Minute by minute: whether hours are there for all of a span."""
    at = wanted[0]
    while at < wanted[1]:
        if not any(start <= at < end for start, end in slots):
            return False
        at += timedelta(minutes=5)
    return True
