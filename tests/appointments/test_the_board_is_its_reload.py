"""After whatever is done, the board on a screen is what a reload would show: nothing moves.

The kind of fault: a part of a page that is sent by itself, but depends on what the rest of the page
was drawn with (from which hour on, for whom, on which day). Put into a page that was drawn with
something else it stands askew, and nobody is told. Therefore any course of events is played here on
a page that only ever gets the parts of answers, and compared with the whole page each time.
"""

from collections.abc import Callable
from datetime import date, timedelta
from random import Random

import pytest
from sqlalchemy import select

from portal import clock
from portal.appointments.commands import booking
from portal.appointments.commands.booking import BookingDetails, book_appointment
from portal.appointments.commands.holds import hold_slot
from portal.appointments.commands.rescheduling import MoveDetails, reschedule_appointment
from portal.appointments.commands.reversing import undo
from portal.appointments.commands.steps import finish_step, start_step
from portal.appointments.commands.visit import (
    cancel_appointment,
    check_in,
    complete_visit,
    confirm,
    mark_no_show,
    start_visit,
)
from portal.appointments.queries.visits import list_steps
from portal.availability.commands.exceptions import ExceptionDetails, add_exception
from portal.db import session
from portal.errors import DomainError
from portal.schema.appointments import Appointment
from portal.schema.availability import AvailabilitySlot
from tests.support.client import HTMX, Browser
from tests.support.people import Clinic
from tests.support.scheduling import MONDAY, Practice, a_patient, a_practice, acting_as, hours
from tests.support.screen import Element, parsed, swap, written
from tests.support.sizes import patient as takes_its_time
from tests.support.sizes import sized

DAY = date(2026, 3, 2)
BOARD = f"/appointments/day?date={DAY}"
PARTS = ("board", "appointments-counts", "appointments-flow")


class Screen:
    """A board that was loaded once, and since then only told what changed."""

    def __init__(self, browser: Browser) -> None:
        self.browser, self.page = browser, parsed(browser.get(BOARD).text)

    def header(self) -> dict[str, str]:
        """What its page says of itself; not which version it is, so that it is always answered."""
        stamps = [each.attrs.get("data-stamp", "") for each in self.page.walk()]
        known = ",".join(each for each in stamps if each and not each.startswith("version"))
        return {
            **HTMX,
            "X-Board": f"{self.page.find('board').attrs['data-facility']}/{DAY}/{known}",
        }

    def hear(self) -> list[str]:
        """Take what a poll brings; returns the parts."""
        answer = self.browser.get("/appointments/day/changes", headers=self.header())
        return swap(self.page, answer.text)


class Desk:
    """Somebody who does one thing after another, whatever comes of it."""

    def __init__(self, clinic: Clinic, practices: list[Practice], chance: Random) -> None:
        self.clinic, self.practices, self.chance = clinic, practices, chance
        self.patients = [a_patient().id for _ in range(5)]
        self.visits: list[Appointment] = []

    def act(self) -> None:
        """One of the things that can be done; refused, it leaves nothing."""
        acts = [self.book, self.walk_in, self.walk_in, self.move, self.end, self.go_on, self.go_on,
                self.go_on, self.hold, self.be_away]  # fmt: skip
        try:
            with session.begin_nested():
                self.chance.choice(acts)()
        except DomainError:
            session.expire_all()

    def book(self) -> None:
        slot = 480 + 30 * self.chance.randrange(8)
        self.visits.append(book_appointment(self._details(slot)))

    def walk_in(self) -> None:
        """Also long before the first hours and after the last ones, to the end of the day."""
        minute = self.chance.choice([5, 180, 415, 441, 600, 1200, 1430])
        self.visits.append(booking.walk_in(self._details(minute), may_overbook=True))

    def move(self) -> None:
        at = _at(480 + 30 * self.chance.randrange(8))
        reschedule_appointment(self._visit(), MoveDetails(start_at=at))

    def end(self) -> None:
        act: Callable[[Appointment], None] = self.chance.choice([
            lambda visit: cancel_appointment(visit, "Ill"), mark_no_show,
            complete_visit,
        ])  # fmt: skip
        act(self._visit())

    def go_on(self) -> None:
        visit = self._visit()
        acts = [check_in, start_visit, undo, confirm]
        steps = list_steps(visit.id)
        acts += [lambda it, s=step: finish_step(it, s) for step in steps]
        acts += [lambda it, s=step: start_step(it, s) for step in steps]
        self.chance.choice(acts)(visit)

    def hold(self) -> None:
        practice = self.chance.choice(self.practices)
        with acting_as(self.clinic.admin):
            hold_slot(self.chance.choice(_slots(practice)))

    def be_away(self) -> None:
        practice, start = self.chance.choice(self.practices), self.chance.randrange(480, 700)
        span = _at(start), _at(start + 45)
        add_exception(
            ExceptionDetails(practice.doctor.id, practice.facility_id, *span, "blocked", "Training")
        )

    def _details(self, minute: int) -> BookingDetails:
        practice = self.chance.choice(self.practices)
        return BookingDetails(self.chance.choice(self.patients), practice.offering.id,
                              start_at=_at(minute), overbook_reason="Urgent")  # fmt: skip

    def _visit(self) -> Appointment:
        if not self.visits:
            raise DomainError
        return self.chance.choice(self.visits)


def _at(minute: int):
    """So many minutes after the clinic's midnight, which is seven hours before MONDAY."""
    return MONDAY + timedelta(minutes=minute - 7 * 60)


def _slots(practice: Practice) -> list[int]:
    slot = AvailabilitySlot
    return list(session.scalars(select(slot.id).where(slot.doctor_id == practice.doctor.id)))


def differs(screen: Element, reload: Element) -> str:
    """The first line in which a part is not as its reload."""
    for part in PARTS:
        one, other = (written(page.find(part)).split("\n") for page in (screen, reload))
        for mine, new in zip([*one, ""], [*other, ""], strict=False):
            if mine != new:
                return f"{part}: on the screen {mine!r}, reloaded {new!r}"
        if len(one) != len(other):
            return f"{part}: {len(one)} lines, reloaded {len(other)}"
    return ""


@takes_its_time()
@pytest.mark.parametrize("seed", range(sized(4, 60)))
def test_after_any_acts_the_board_on_screen_is_its_reload(browser, alder, seed):
    chance, now, done = Random(seed), MONDAY, []
    with clock.at(now), alder.at_work():
        practices = [a_practice(alder.facility_id), a_practice(alder.facility_id)]
        hours(practices[0], end="11:00")
        hours(practices[1], end="12:00", capacity=chance.choice([1, 6]))
        desk = Desk(alder, practices, chance)
    browser.sign_in(alder.desk)
    with clock.at(now):
        screen = Screen(browser)
    for _ in range(20):
        now += timedelta(minutes=chance.choice([0, 1, 4, 25]))
        with clock.at(now):
            with alder.at_work():
                desk.act()
            done.append(screen.hear())
            assert not (what := differs(screen.page, parsed(browser.get(BOARD).text))), what
    assert any(done)
