"""Filling the diary: visits are booked into what is on offer, and lived through up to now."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from portal import clock
from portal.appointments.commands import BookingDetails, book_appointment, check_in, walk_in
from portal.appointments.models import Appointment
from portal.appointments.rules import SlotTaken
from seeds.founding import Built, Offered, gives_class
from seeds.patients import Invented
from seeds.shapes import Group, Physician, Place
from seeds.visits import Course, live

TRIES = 200
MARGIN = timedelta(hours=2)
NOTES = (
    "Follow-up of last month's results.",
    "Asks about travel vaccination.",
    "Brings an X-ray from elsewhere.",
    "Needs a sick note.",
)


@dataclass
class Diary:
    """One clinic group's patients and chance, and who is already booked on which day."""

    built: Built
    patients: list[Invented]
    random: Random
    busy: set[tuple[int, date]] = field(default_factory=set)

    def fill(self, offset: int, fullness: float) -> int:
        """Fill the day `offset` days from today at every facility; how many visits."""
        return sum(
            self._fill_place(place, _today(place) + timedelta(days=offset), fullness)
            for place in self.built.group.places
        )

    def _fill_place(self, place: Place, day: date, fullness: float) -> int:
        visits = [
            visit
            for physician in self._present(place, day)
            for visit in self._book_doctor(physician, place, day, fullness)
        ]
        present = _time_there(self.built.group, place, day)
        course = Course(self.random, present, ahead=present - clock.now())
        if day == _today(place):
            _show_everything(course, visits)
        for visit in visits:
            live(visit, course)
        if day == _today(place):
            self._squeeze_in(visits, place, course)
        return len(visits)

    def _present(self, place: Place, day: date) -> list[Physician]:
        return [
            physician
            for physician in self.built.group.physicians
            if weekday(day) in physician.weeks.get(place.slug, ())
        ]

    def _book_doctor(
        self, physician: Physician, place: Place, day: date, fullness: float
    ) -> Iterator[Appointment]:
        """Visits one after the other, with gaps as the fullness says; classes by the handful."""
        offered = self.built.offered[physician.last_name, place.slug]
        classes = [each for each in offered if each.care.seats > 1]
        for opens, closes in self.built.group.hours:
            start, end = _local(place, day, opens), _local(place, day, closes)
            if classes and gives_class(self.built.group, weekday(day), opens):
                yield from self._book_class(classes[0], place, start)
            else:
                single = [each for each in offered if each.care.seats == 1]
                yield from self._book_window(single, place, start, end, fullness)

    def _book_window(
        self, offered: list[Offered], place: Place, start: datetime, end: datetime, fullness: float
    ) -> Iterator[Appointment]:
        step = timedelta(minutes=self.built.group.slot_minutes)
        while start < end:
            chosen = self.random.choice(offered)
            visit = None
            if self.random.random() < fullness and start + _longest(chosen) <= end:
                visit = self._book(chosen, place, start)
            start += step
            if visit is None:
                continue
            yield visit
            while start < visit.end_at + timedelta(minutes=chosen.care.buffer_after):
                start += step

    def _book_class(self, offered: Offered, place: Place, start: datetime) -> Iterator[Appointment]:
        """Some of the seats of a morning's or afternoon's first class."""
        for _ in range(self.random.randrange(2, offered.care.seats)):
            if visit := self._book(offered, place, start):
                yield visit

    def _book(self, offered: Offered, place: Place, start: datetime) -> Appointment | None:
        """A visit of somebody of the right age; None when it does not fit there."""
        patient = self._somebody(offered, place, start.date())
        if patient is None:
            return None
        covered = patient.plan in self.built.accepted(place.slug)
        details = BookingDetails(
            patient_id=patient.id,
            offering_id=offered.id,
            start_at=start,
            plan_id=self.built.plans[patient.plan] if patient.plan and covered else None,
            notes=self.random.choice(NOTES) if self.random.random() < 0.15 else None,
        )
        try:
            with clock.at(start - timedelta(days=self.random.randrange(1, 30))):
                visit = book_appointment(details)
        except SlotTaken:
            return None
        self.busy.add((patient.id, start.date()))
        return visit

    def _somebody(self, offered: Offered, place: Place, day: date) -> Invented | None:
        for _ in range(TRIES if self.patients else 0):
            patient = self.random.choice(self.patients)
            age = (day - patient.born).days // 365
            fits = offered.care.youngest <= age <= offered.care.oldest
            near = patient.place == place.slug or self.random.random() < 0.1
            if fits and near and (patient.id, day) not in self.busy:
                return patient
        return None

    def _squeeze_in(self, visits: list[Appointment], place: Place, course: Course) -> None:
        """Somebody who could not wait is put on top of the next visit, and is here already."""
        waiting = (visit for visit in visits if visit.status == "scheduled")
        following = min(waiting, key=lambda visit: visit.start_at, default=None)
        if following is None:
            return
        offering_id = following.service_offering_id
        offered = next(
            each
            for offerings in self.built.offered.values()
            for each in offerings
            if each.id == offering_id
        )
        patient = self._somebody(offered, place, following.start_at.date())
        if patient is None:
            return
        details = BookingDetails(
            patient_id=patient.id,
            offering_id=offering_id,
            start_at=following.start_at + timedelta(minutes=5),
            overbook_reason="In pain and cannot wait for the next free start",
        )
        with course.at(course.now, going_on=True):
            check_in(walk_in(details, may_overbook=True))
        self.busy.add((patient.id, following.start_at.date()))


def _show_everything(course: Course, visits: list[Appointment]) -> None:
    """Today has a visit in every status, however few there are."""
    course.owed += ["miss", "cancel", "complete", "arrive", "confirm", "wait"]
    to_come = [visit for visit in visits if visit.end_at > course.now]
    course.with_doctor = min(to_come, key=lambda visit: visit.start_at, default=None)


def weekday(day: date) -> int:
    """0 is Sunday, as in the rules."""
    return day.isoweekday() % 7


def _longest(offered: Offered) -> timedelta:
    """How long a visit may take its doctor, a plan's extra steps and the buffer included."""
    extra = 10 if offered.care.seats == 1 else 0
    return timedelta(minutes=offered.care.minutes + offered.care.buffer_after + extra)


def _time_there(group: Group, place: Place, day: date) -> datetime:
    """Up to when the day's visits are lived through.

    Today it is the present, but never so early or late that the day would not show visits before,
    at and after it.
    """
    opens = _local(place, day, group.hours[0][0]) + MARGIN
    closes = _local(place, day, group.hours[-1][1]) - MARGIN
    if day != _today(place):
        return clock.now()
    return min(max(clock.now(), opens), closes)


def _today(place: Place) -> date:
    return clock.now().astimezone(ZoneInfo(place.timezone)).date()


def _local(place: Place, day: date, at: time) -> datetime:
    return datetime.combine(day, at, ZoneInfo(place.timezone))
