"""Filling the diary: visits are booked into what is on offer, and lived through up to now."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from sqlalchemy import Select, select

from portal import clock
from portal.appointments.commands.booking import BookingDetails, book_appointment, walk_in
from portal.appointments.commands.visit import check_in
from portal.appointments.rules.visits import LIVE
from portal.db import session
from portal.errors import DomainError
from portal.schema.appointments import Appointment
from portal.tenancy.context import request_context
from seeds.founding import Built, Offered, gives_class
from seeds.patients import Invented
from seeds.shapes import Physician, Place
from seeds.visits import Course, live

TRIES = 200
# Of whoever comes today or later, the share that has been here before.
KNOWN = 0.85
# How early a visit may begin so that one is under way.
EARLY = timedelta(minutes=15)
NOTES = (
    "Follow-up of last month's results.",
    "Asks about travel vaccination.",
    "Brings an X-ray from elsewhere.",
    "Needs a sick note.",
)


@dataclass
class Diary:
    """One clinic group's patients and chance.

    Attributes:
        built: the group.
        patients: who can be booked.
        random: the clinic's chance.
        seen: those of them who have completed a visit.
        busy: who is already booked on which day.
    """

    built: Built
    patients: list[Invented]
    random: Random
    seen: list[Invented] = field(default_factory=list)
    busy: set[tuple[int, date]] = field(default_factory=set)

    def fill(self, offset: int, fullness: float) -> int:
        """Fill the day `offset` days from today at every facility; how many visits."""
        return sum(
            self._fill_place(place, _today(place) + timedelta(days=offset), fullness)
            for place in self.built.group.places
        )

    def has_begun(self) -> bool:
        """Whether somebody has come today, to the first facility there is."""
        place = self.built.group.places[0]
        visits = self._visits(place, _today(place), _today(place)).where(
            Appointment.checked_in_at.is_not(None)
        )
        return session.scalars(visits.limit(1)).first() is not None

    def live_through(self, place: Place, first: date, last: date) -> Course:
        """Take the visits of some days to where they stand now."""
        visits = self._live_visits(place, first, last)
        course = Course(self.random, clock.now())
        if last == _today(place):
            _show_everything(course, visits)
        before = {each.id for each in self.seen}
        known = {each.id: each for each in self.patients}
        for visit in visits:
            with suppress(DomainError), session.begin_nested():
                live(visit, course)
            if visit.status == "completed" and visit.patient_id in known.keys() - before:
                before.add(visit.patient_id)
                self.seen.append(known[visit.patient_id])
        return course

    def _fill_place(self, place: Place, day: date, fullness: float) -> int:
        visits = [
            visit
            for physician in self._present(place, day)
            for visit in self._book_doctor(physician, place, day, fullness)
        ]
        course = self.live_through(place, day, day)
        if day == _today(place):
            self._squeeze_in(place, course)
        return len(visits)

    def _live_visits(self, place: Place, first: date, last: date) -> Sequence[Appointment]:
        visits = self._visits(place, first, last).where(Appointment.status.in_(LIVE))
        return session.scalars(visits.order_by(Appointment.start_at, Appointment.id)).all()

    def _visits(self, place: Place, first: date, last: date) -> Select[Appointment]:
        return select(Appointment).where(
            Appointment.tenant_id == request_context().tenant_id,
            Appointment.facility_id == self.built.places[place.slug],
            Appointment.start_at >= _local(place, first, time(0)),
            Appointment.start_at < _local(place, last + timedelta(days=1), time(0)),
        )

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
        while start < end and offered:
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
        except DomainError:
            return None
        self.busy.add((patient.id, start.date()))
        return visit

    def _somebody(self, offered: Offered, place: Place, day: date) -> Invented | None:
        comes_again = self.seen if day >= _today(place) else []
        for _ in range(TRIES if self.patients else 0):
            again = comes_again and self.random.random() < KNOWN
            patient = self.random.choice(comes_again if again else self.patients)
            age = (day - patient.born).days // 365
            fits = offered.care.youngest <= age <= offered.care.oldest
            near = patient.place == place.slug or self.random.random() < 0.1
            if fits and near and (patient.id, day) not in self.busy:
                return patient
        return None

    def _squeeze_in(self, place: Place, course: Course) -> None:
        """Somebody who could not wait is put on top of the next visit, and is here already."""
        visits = self._live_visits(place, _today(place), _today(place))
        following = next((each for each in visits if each.status == "scheduled"), None)
        offered = self._offered(following.service_offering_id) if following else None
        if following is None or offered is None:
            return
        patient = self._somebody(offered, place, following.start_at.date())
        if patient is None:
            return
        details = BookingDetails(
            patient_id=patient.id,
            offering_id=offered.id,
            start_at=following.start_at + timedelta(minutes=5),
            overbook_reason="In pain and cannot wait for the next free start",
        )
        with suppress(DomainError), clock.at(course.now):
            check_in(walk_in(details, may_overbook=True))
        self.busy.add((patient.id, following.start_at.date()))

    def _offered(self, offering_id: int) -> Offered | None:
        everything = (each for several in self.built.offered.values() for each in several)
        return next((each for each in everything if each.id == offering_id), None)


def _show_everything(course: Course, visits: Sequence[Appointment]) -> None:
    """Today has a visit in every status that the hour allows, however few there are."""
    course.owed += ["miss", "cancel", "attend", "arrive", "confirm", "wait"]
    soon = (visit for visit in visits if course.now < visit.end_at)
    first = min(soon, key=lambda visit: visit.start_at, default=None)
    if first is not None and first.start_at <= course.now + EARLY:
        course.with_doctor = first


def weekday(day: date) -> int:
    """0 is Sunday, as in the rules."""
    return day.isoweekday() % 7


def _longest(offered: Offered) -> timedelta:
    """How long a visit may take its doctor, a plan's extra steps and the buffer included."""
    extra = 10 if offered.care.seats == 1 else 0
    return timedelta(minutes=offered.care.minutes + offered.care.buffer_after + extra)


def _today(place: Place) -> date:
    return clock.today_in(place.timezone)


def _local(place: Place, day: date, at: time) -> datetime:
    return datetime.combine(day, at, ZoneInfo(place.timezone))
