"""Whatever staff do in whatever order: every promise holds, and all is as a plain model says."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from portal import clock
from portal.app import registered
from portal.appointments.commands import visit
from portal.appointments.commands.booking import BookingDetails, book_appointment, walk_in
from portal.appointments.commands.holds import hold_slot, release_slot, sweep_holds
from portal.appointments.commands.rescheduling import MoveDetails, reschedule_appointment
from portal.appointments.commands.reversing import undo
from portal.appointments.commands.visit import cancel_appointment
from portal.availability.commands.exceptions import (
    ExceptionDetails,
    add_exception,
    remove_exception,
)
from portal.availability.commands.materialise import materialise_doctors
from portal.availability.commands.weekly import change_rule, details_of, end_rule
from portal.cli.invariants import BELOW
from portal.db import session
from portal.errors import DomainError
from portal.scheduling.openings.listing import OpeningQuery, find_opening, list_openings
from portal.scheduling.openings.reasons import why_not
from portal.schema.appointments import Appointment
from portal.schema.availability import AvailabilityException
from tests.appointments.model import HOLD, Monday, Visit
from tests.appointments.monday import (
    EIGHT,
    EVENING,
    SAME_SERVICE,
    at_quarter,
    held_slot,
    hours_of,
    model_of,
    practices_of,
)
from tests.support.people import Clinic, Person
from tests.support.scheduling import MONDAY, Practice, a_patient, acting_as
from tests.support.sizes import patient as takes_its_time
from tests.support.sizes import sized

PLACES = st.integers(0, 40)  # quarters of an hour from eight on
PRACTICES = st.integers(0, 3)
# What no command of the course touches is not asked again and again.
PROMISES = {
    name: check for name, check in (registered().invariants | BELOW).items()
    if not {"envelope", "found", "session", "owns", "apart", "log"} & set(name.split())
}  # fmt: skip
PARTS = 8


class Course(RuleBasedStateMachine):
    """One Monday of three doctors at two facilities, with 1, 2 and 3 seats, and four patients."""

    clinic: Clinic
    practices: list[Practice]
    patients: list[int]

    @initialize()
    def begin(self) -> None:
        self.savepoint = session.begin_nested()
        self.now, self.steps = MONDAY, 0
        self.visits: dict[int, Appointment] = {}
        self.absences: list[AvailabilityException] = []
        with clock.at(self.now):
            self.rules = hours_of(self.practices)
        self.model = Monday(model_of(self.practices))

    def teardown(self) -> None:
        if hasattr(self, "savepoint"):
            try:
                self._keep_promises()
            finally:
                self.savepoint.rollback()
                session.expunge_all()

    @rule(practice=PRACTICES, patient=st.integers(0, 3), place=PLACES, desk=st.booleans())
    def book(self, practice: int, patient: int, place: int, desk: bool) -> None:
        """A start is booked exactly when it is on offer, or there are reasons why not."""
        offering, at = self.practices[practice].offering, at_quarter(place)
        person = self._person(desk)
        expected = self.model.offered(practice, at, self.now, person.id)
        details = BookingDetails(self.patients[patient], offering.id, start_at=at)
        with acting_as(person):
            with clock.at(self.now):
                assert bool(find_opening(OpeningQuery(offering_id=offering.id), at)) == expected
                assert bool(why_not(offering.id, None, at)) != expected
            booked = self._try(book_appointment, details)
        allowed = self.model.may_book(practice, self.patients[patient], at, self.now, person.id)
        assert (booked is not None) == allowed
        if booked:
            self.model.let_go(practice, person.id, self.now)
            self._remember(booked, Visit(practice, self.patients[patient], at, at))

    @rule(practice=PRACTICES, first=st.booleans(), desk=st.booleans())
    def hold(self, practice: int, first: bool, desk: bool) -> None:
        person, offering = self._person(desk), self.practices[practice].offering
        with acting_as(person), clock.at(self.now):
            offers = list_openings(OpeningQuery(offering_id=offering.id), days=1)
            chosen = offers[:1] if first else offers[-1:]
            for offer in chosen:
                hold_slot(offer.slot_id, offering_id=offer.offering_id)
        if chosen and self.model.places[practice].seats == 1:
            self.model.let_go(practice, person.id, self.now)
            key = practice, chosen[0].start_at
            self.model.holds[key] = person.id, self.now + HOLD

    @rule(number=st.integers(0, 5), desk=st.booleans())
    def release(self, number: int, desk: bool) -> None:
        """One's own hold goes; somebody else's stays."""
        held = sorted(key for key, (_who, until) in self.model.holds.items() if until > self.now)
        if held:
            practice, at = held[number % len(held)]
            person, of = self._person(desk), self.practices[practice]
            with acting_as(person), clock.at(self.now):
                release_slot(held_slot(of, at))
            if self.model.holds[practice, at][0] == person.id:
                del self.model.holds[practice, at]

    @rule(practice=PRACTICES, patient=st.integers(0, 3), minutes=st.integers(0, 120))
    def come_without_a_booking(self, practice: int, patient: int, minutes: int) -> None:
        at = EIGHT + timedelta(minutes=5 * minutes)
        details = BookingDetails(
            self.patients[patient], self.practices[practice].offering.id, start_at=at,
            overbook_reason="Urgent",
        )  # fmt: skip
        expected = self.model.walks_in(practice, self.patients[patient], at, self.now)
        visit = self._try(walk_in, details, may_overbook=True)
        assert (visit is None) == (expected is None)
        if visit and expected:
            self.model.let_go(practice, None, self.now)
            self._remember(visit, expected)

    @rule(number=st.integers(0, 50), place=PLACES, where=st.integers(0, 2))
    def move(self, number: int, place: int, where: int) -> None:
        for known in self._one_of(number):
            places = SAME_SERVICE[self.model.visits[known].place]
            practice, at = places[where % len(places)], at_quarter(place)
            expected = self.model.may_move(known, practice, at, self.now)
            to = MoveDetails(start_at=at, offering_id=self.practices[practice].offering.id)
            assert (self._try(reschedule_appointment, self.visits[known], to) is not None) == (
                expected
            )
            if expected:
                self.model.move(known, practice, at)

    @rule(number=st.integers(0, 50))
    def cancel(self, number: int) -> None:
        for known in self._one_of(number):
            expected = self.model.cancel(known, self.now)
            assert self._does(cancel_appointment, self.visits[known], "Ill") == expected

    @rule(
        number=st.integers(0, 50),
        act=st.sampled_from(["check_in", "start_visit", "complete_visit", "mark_no_show"]),
    )
    def go_on(self, number: int, act: str) -> None:
        for known in self._one_of(number):
            expected = self.model.go_on(known, act, self.now)
            assert self._does(getattr(visit, act), self.visits[known]) == expected

    @rule(number=st.integers(0, 50))
    def take_back(self, number: int) -> None:
        for known in self._one_of(number):
            expected = self.model.undo(known, self.now)
            assert self._does(undo, self.visits[known]) == expected

    @rule(practice=PRACTICES, place=PLACES, quarters=st.integers(1, 12))
    def be_away(self, practice: int, place: int, quarters: int) -> None:
        start, of = at_quarter(place), self.practices[practice]
        span = start, start + timedelta(minutes=15 * quarters)
        with clock.at(self.now):
            details = ExceptionDetails(of.doctor.id, of.facility_id, *span, "blocked")
            self.absences.append(add_exception(details))
        self.model.away.append((practice, span))

    @rule()
    def be_there_after_all(self) -> None:
        if self.absences:
            with clock.at(self.now):
                remove_exception(self.absences.pop())
            self.model.away.pop()

    @rule(number=PRACTICES, later=st.integers(-4, 4))
    def change_hours(self, number: int, later: int) -> None:
        """A session ends earlier or later; with nothing left of it, it ends."""
        known = self.model.places[number]
        until = known.until + timedelta(minutes=later * known.step)
        ended = until <= known.opens or until > EVENING
        with clock.at(self.now):
            if ended:
                end_rule(self.rules[number])
            elif self.rules[number].active:
                closes = (until - timedelta(hours=6)).time()
                change_rule(self.rules[number], replace(
                    details_of(self.rules[number]), end_time=closes))  # fmt: skip
        if ended or self.rules[number].active:
            self.model.places[number] = replace(known, until=known.opens if ended else until)

    @rule(minutes=st.sampled_from([3, 10, 60]))
    def wait(self, minutes: int) -> None:
        self.now = min(self.now + timedelta(minutes=minutes), EVENING)

    @rule()
    def sweep_and_materialise(self) -> None:
        with clock.at(self.now):
            sweep_holds()
            doctors = [practice.doctor.id for practice in self.practices]
            materialise_doctors(doctors)
            assert not materialise_doctors(doctors).changed

    @invariant()
    def all_is_as_the_model_says(self) -> None:
        if not hasattr(self, "savepoint"):
            return
        self.steps += 1
        if self.steps % 10 == 0:
            self._keep_promises()
        for number, known in self.model.visits.items():
            visit, place = self.visits[number], self.practices[known.place]
            stands = visit.status, visit.start_at, visit.doctor_id, visit.facility_id
            assert stands == (known.status, known.at, place.doctor.id, place.facility_id)
            assert visit.overbooked == known.overbooked
        practice = self.steps % len(self.practices)
        with clock.at(self.now):
            wanted = OpeningQuery(offering_id=self.practices[practice].offering.id)
            offered = [offer.start_at for offer in list_openings(wanted, days=1)]
        assert offered == [
            at for at, _end in self.model.slots(practice)
            if self.model.offered(practice, at, self.now, None)
        ]  # fmt: skip

    def _keep_promises(self) -> None:
        with clock.at(self.now):
            assert {name: lines for name, check in PROMISES.items() if (lines := check())} == {}

    def _person(self, desk: bool) -> Person:
        return self.clinic.desk if desk else self.clinic.admin

    def _one_of(self, number: int) -> list[int]:
        known = sorted(self.visits)
        return [known[number % len(known)]] if known else []

    def _remember(self, visit: Appointment, known: Visit) -> None:
        self.visits[visit.id], self.model.visits[visit.id] = visit, known

    def _try(self, act: Callable[..., Any], *args: Any, **options: Any) -> Any:
        """Do it as a request would: refused, it leaves nothing behind."""
        with clock.at(self.now):
            try:
                with session.begin_nested():
                    return act(*args, **options)
            except DomainError:
                return None

    def _does(self, act: Callable[..., Any], *args: Any) -> bool:
        """Whether a command that answers nothing was not refused."""
        return bool(self._try(lambda: act(*args) or True))


@takes_its_time()
@pytest.mark.parametrize("part", range(PARTS))
def test_any_course_of_events_keeps_every_promise(alder, part):
    with alder.at_work(), clock.at(MONDAY):
        Course.clinic = alder
        Course.practices = practices_of(alder)
        Course.patients = [a_patient().id for _ in range(4)]
        machine = seed(part)(Course)
        run_state_machine_as_test(
            machine,
            settings=settings(
                max_examples=sized(200, 2000, ci=32) // PARTS,
                stateful_step_count=50,
                deadline=None,
                suppress_health_check=list(HealthCheck),
            ),
        )
