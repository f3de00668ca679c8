"""Filling the diary: visits are booked into what is on offer, and lived through up to now."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from portal import clock
from portal.appointments.commands import BookingDetails, book_appointment, check_in, walk_in
from portal.appointments.models import Appointment
from portal.appointments.queries import Wanted, list_offers
from portal.appointments.rules import SlotTaken
from portal.tenancy.context import as_job
from seeds.founding import Built, Offered
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
        booked = 0
        with as_job(self.built.tenant_id, "demo"):
            for place in self.built.group.places:
                today = clock.now().astimezone(ZoneInfo(place.timezone)).date()
                booked += self._fill_place(place, today + timedelta(days=offset), fullness)
        return booked

    def _fill_place(self, place: Place, day: date, fullness: float) -> int:
        course = Course(self.random, _time_there(self.built.group, place, day))
        is_today = _local(place, day, time(0)) < course.now < _local(place, day, time(23))
        if is_today:
            course.owed += ["miss", "cancel", "complete", "arrive", "confirm", "wait"]
        visits = [
            visit
            for physician in self._present(place, day)
            for visit in self._book_doctor(physician, place, day, fullness)
        ]
        for visit in visits:
            live(visit, course)
        if is_today:
            self._squeeze_in(visits, place, course)
        return len(visits)

    def _present(self, place: Place, day: date) -> list[Physician]:
        weekday = day.isoweekday() % 7
        return [
            physician
            for physician in self.built.group.physicians
            if weekday in physician.weeks.get(place.slug, ())
        ]

    def _book_doctor(
        self, physician: Physician, place: Place, day: date, fullness: float
    ) -> Iterator[Appointment]:
        """Visits one after the other, with gaps as the fullness says; classes by the handful."""
        offered = self.built.offered[physician.last_name, place.slug]
        single = [each for each in offered if each.care.seats == 1]
        starts = _starts(min(single, key=lambda each: each.care.minutes), place, day)
        free_from = starts[0] if starts else None
        for start in starts:
            if free_from is None or start < free_from:
                continue
            if self.random.random() > fullness:
                free_from = start + timedelta(minutes=self.random.choice((15, 30)))
            elif visit := self._book(self.random.choice(single), place, start):
                free_from = visit.end_at
                yield visit
        for group in (each for each in offered if each.care.seats > 1):
            for start in sorted(set(_starts(group, place, day)) - set(starts)):
                seats = range(self.random.randrange(group.care.seats))
                yield from filter(None, (self._book(group, place, start) for _ in seats))

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
        following = next((visit for visit in visits if visit.start_at > course.now), None)
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
        with clock.at(course.now):
            check_in(walk_in(details, may_overbook=True))
        self.busy.add((patient.id, following.start_at.date()))


def _starts(offered: Offered, place: Place, day: date) -> list[datetime]:
    """What is on offer for a service on a day, as of the day before, earliest first."""
    with clock.at(_local(place, day, time(0)) - timedelta(hours=12)):
        offers = list_offers(Wanted(offering_id=offered.id), first_date=day, days=1)
    return [offer.start_at for offer in offers]


def _time_there(group: Group, place: Place, day: date) -> datetime:
    """Up to when the day's visits are lived through.

    Today it is the present, but never so early or late that the day would not show visits before,
    at and after it.
    """
    opens = _local(place, day, group.hours[0][0]) + MARGIN
    closes = _local(place, day, group.hours[-1][1]) - MARGIN
    today = clock.now().astimezone(ZoneInfo(place.timezone)).date()
    if day != today:
        return clock.now()
    return min(max(clock.now(), opens), closes)


def _local(place: Place, day: date, at: time) -> datetime:
    return datetime.combine(day, at, ZoneInfo(place.timezone))
