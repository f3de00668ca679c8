"""Whatever staff do in whatever order: every promise holds, and what is on offer can be booked."""

from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from portal import clock
from portal.appointments.commands import (
    BookingDetails,
    MoveDetails,
    book_appointment,
    cancel_appointment,
    check_in,
    complete_visit,
    hold_slot,
    mark_no_show,
    release_slot,
    reschedule_appointment,
    start_visit,
    sweep_holds,
    undo,
    walk_in,
)
from portal.appointments.models import Appointment
from portal.appointments.queries import Offer, Wanted, find_offer, list_offers, why_not
from portal.appointments.rules import PatientBusy
from portal.availability.commands import (
    ExceptionDetails,
    add_exception,
    end_rule,
    materialise_doctors,
    remove_exception,
)
from portal.availability.models import AvailabilityException, AvailabilityRule
from portal.cli.invariants import CHECKS
from portal.db import session
from portal.doctors.commands import place_at_facility
from portal.facilities.commands import FacilityDetails, open_facility
from portal.refusals import DomainError
from tests.support.people import Clinic, Person
from tests.support.scheduling import (
    MONDAY,
    Practice,
    a_patient,
    a_practice,
    acting_as,
    an_offering,
    hours,
)

EIGHT = MONDAY + timedelta(hours=1)
PLACES = st.integers(0, 40)  # quarters of an hour from eight on
PROMISES = {name: check for name, check in CHECKS.items() if "envelope" not in name}


class Course(RuleBasedStateMachine):
    """One Monday of two doctors, one of them at two facilities, and four patients."""

    clinic: Clinic

    @initialize()
    def begin(self) -> None:
        self.savepoint = session.begin_nested()
        self.now = MONDAY
        self.visits: list[Appointment] = []
        self.absences: list[AvailabilityException] = []
        with clock.at(self.now):
            self.practices = _practices(self.clinic)
            self.rules = _hours(self.practices)
            self.patients = [a_patient().id for _ in range(4)]

    def teardown(self) -> None:
        if hasattr(self, "savepoint"):
            self.savepoint.rollback()
            session.expunge_all()

    @rule(practice=st.integers(0, 2), patient=st.integers(0, 3), place=PLACES, desk=st.booleans())
    def book(self, practice: int, patient: int, place: int, desk: bool) -> None:
        """A start is booked exactly when it is on offer, or there are reasons why not."""
        offering = self.practices[practice].offering
        at = EIGHT + timedelta(minutes=15 * place)
        with clock.at(self.now), acting_as(self._person(desk)):
            offered = find_offer(Wanted(offering_id=offering.id), at)
            assert bool(offered) != bool(why_not(offering.id, None, at))
            details = BookingDetails(self.patients[patient], offering.id, start_at=at)
            try:
                self.visits.append(book_appointment(details))
                assert offered
            except PatientBusy:
                assert offered
            except DomainError:
                assert not offered

    @rule(practice=st.integers(0, 2), first=st.booleans(), desk=st.booleans())
    def hold(self, practice: int, first: bool, desk: bool) -> None:
        offers = self._offers(practice, desk)
        if offers:
            chosen = offers[0 if first else -1]
            with clock.at(self.now), acting_as(self._person(desk)):
                hold_slot(chosen.slot_id, offering_id=chosen.offering_id)

    @rule(practice=st.integers(0, 2), desk=st.booleans())
    def release(self, practice: int, desk: bool) -> None:
        for offer in self._offers(practice, desk)[:1]:
            with clock.at(self.now), acting_as(self._person(desk)):
                release_slot(offer.slot_id)

    @rule(practice=st.integers(0, 2), patient=st.integers(0, 3), minutes=st.integers(0, 600))
    def come_without_a_booking(self, practice: int, patient: int, minutes: int) -> None:
        details = BookingDetails(
            self.patients[patient],
            self.practices[practice].offering.id,
            start_at=EIGHT + timedelta(minutes=minutes),
            overbook_reason="Urgent",
        )
        visit = self._try(walk_in, details, may_overbook=True)
        if visit is not None:
            self.visits.append(visit)

    @rule(number=st.integers(0, 50), place=PLACES)
    def move(self, number: int, place: int) -> None:
        to = MoveDetails(start_at=EIGHT + timedelta(minutes=15 * place))
        self._with_visit(number, reschedule_appointment, to)

    @rule(number=st.integers(0, 50))
    def cancel(self, number: int) -> None:
        self._with_visit(number, cancel_appointment, "Ill")

    @rule(
        number=st.integers(0, 50),
        act=st.sampled_from([check_in, start_visit, complete_visit, mark_no_show, undo, undo]),
    )
    def go_on(self, number: int, act: Any) -> None:
        self._with_visit(number, act)

    @rule(practice=st.integers(0, 2), place=PLACES, quarters=st.integers(1, 12))
    def be_away(self, practice: int, place: int, quarters: int) -> None:
        start = EIGHT + timedelta(minutes=15 * place)
        of = self.practices[practice]
        details = ExceptionDetails(
            of.doctor.id, of.facility_id, start, start + timedelta(minutes=15 * quarters), "blocked"
        )
        with clock.at(self.now):
            self.absences.append(add_exception(details))

    @rule()
    def be_there_after_all(self) -> None:
        if self.absences:
            with clock.at(self.now):
                remove_exception(self.absences.pop())

    @rule(number=st.integers(0, 2))
    def end_hours(self, number: int) -> None:
        with clock.at(self.now):
            end_rule(self.rules[number])

    @rule(minutes=st.sampled_from([3, 10, 60]))
    def wait(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @rule()
    def sweep_and_materialise(self) -> None:
        with clock.at(self.now):
            sweep_holds()
            doctors = [practice.doctor.id for practice in self.practices]
            materialise_doctors(doctors)
            assert not materialise_doctors(doctors).changed

    @invariant()
    def every_promise_holds(self) -> None:
        if hasattr(self, "savepoint"):
            assert {name: list(check()) for name, check in PROMISES.items() if check()} == {}

    def _person(self, desk: bool) -> Person:
        return self.clinic.desk if desk else self.clinic.admin

    def _offers(self, practice: int, desk: bool) -> list[Offer]:
        wanted = Wanted(offering_id=self.practices[practice].offering.id)
        with clock.at(self.now), acting_as(self._person(desk)):
            return list_offers(wanted, days=1)

    def _with_visit(self, number: int, act: Any, *more: Any) -> None:
        if self.visits:
            self._try(act, self.visits[number % len(self.visits)], *more)

    def _try(self, act: Any, *args: Any, **options: Any) -> Any:
        """Do it as a request would: refused, it leaves nothing behind."""
        with clock.at(self.now):
            try:
                with session.begin_nested():
                    return act(*args, **options)
            except DomainError:
                return None


def _practices(clinic: Clinic) -> list[Practice]:
    elsewhere = open_facility(FacilityDetails("Lake", "lake", "America/Chicago"))
    first = a_practice(clinic.facility_id)
    long = a_practice(clinic.facility_id, minutes=(20, 20), buffer_after_minutes=5)
    place_at_facility(first.doctor.id, elsewhere.id)
    there = an_offering(first.service, first.doctor, elsewhere.id)
    return [first, long, Practice(elsewhere.id, first.doctor, first.service, there)]


def _hours(practices: list[Practice]) -> list[AvailabilityRule]:
    ends = {"valid_to": MONDAY.date()}
    return [
        hours(practices[0], end="12:00", **ends),
        hours(practices[1], end="13:00", slot_duration_minutes=15, capacity=2, **ends),
        hours(practices[2], start="10:00", end="15:00", **ends),
    ]


def test_any_course_of_events_keeps_every_promise(alder):
    with alder.at_work():
        Course.clinic = alder
        run_state_machine_as_test(
            Course,
            settings=settings(
                max_examples=15,
                stateful_step_count=30,
                deadline=None,
                suppress_health_check=list(HealthCheck),
            ),
        )
