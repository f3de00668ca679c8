"""Whoever is in the clinic stays on the boards until they leave, whatever the date.

The kind of fault: a day that is asked for by what begins in it, which loses what goes on.
"""

from datetime import date, timedelta

import pytest

from portal import clock
from portal.appointments.commands.booking import walk_in
from portal.appointments.commands.steps import finish_step
from portal.appointments.commands.visit import check_in, start_visit
from portal.appointments.queries.day import board
from portal.appointments.queries.visits import get_appointment, list_steps
from tests.support.scheduling import MONDAY, a_patient, a_practice, details

# 23:45 in Chicago; MONDAY is seven in the morning.
LATE = MONDAY + timedelta(hours=16, minutes=45)
NEXT = date(2026, 3, 3)


@pytest.fixture
def present(alder):
    """Somebody who walked in a quarter before midnight, for half an hour."""
    with clock.at(LATE):
        with alder.at_work():
            practice = a_practice(alder.facility_id)
            patient = a_patient(last_name="Nightly")
            visit = walk_in(details(practice, "23:45", patient_id=patient.id))
            check_in(visit)
            start_visit(visit)
            made = visit.id
        yield made


def test_after_midnight_they_are_on_the_flow_board_and_beside_the_new_day(browser, alder, present):
    browser.sign_in(alder.desk)
    with clock.at(LATE + timedelta(minutes=20)):
        for address in (
            "/appointments/flow",
            "/appointments/day",
            "/appointments/day?date=2026-03-05",
        ):
            assert f'id="present-{present}"' in browser.get(address).text, address


def test_the_next_day_shows_the_rest_of_what_began_before(alder, present):
    with clock.at(LATE), alder.at_work():
        after = board(alder.facility_id, NEXT)
        assert [visit.id for visit in after.visits] == [present]
        assert after.visits[0].doctor_id in {doctor.id for doctor in after.doctors}
        assert board(alder.facility_id, NEXT + timedelta(days=1)).visits == []


def test_a_card_of_the_evening_before_begins_at_the_top(browser, alder, present):
    with clock.at(LATE + timedelta(minutes=20)):
        page = browser.sign_in(alder.desk).get("/appointments/day").text
    card = page[: page.index(f'id="visit-{present}"')].rpartition("<li")[2]
    assert 'class="cell a0 b0 ' in card


def test_a_step_that_was_taken_moves_them_on_the_flow(alder, present):
    """A step changes no row of its visit."""
    with clock.at(LATE), alder.at_work():
        finish_step(get_appointment(present), list_steps(present)[0])
        rows = board(alder.facility_id, NEXT).present
    assert [(row.step_begun, row.step_position) for row in rows] == [(False, 2)]
