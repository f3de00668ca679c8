"""Whoever is booked with a doctor who is away has a mark on the board, come already or not.

The kind: an appointment that waits for a decision looks like every other one.
"""

import pytest

from portal.appointments.commands.booking import walk_in
from portal.appointments.commands.visit import check_in
from portal.availability.commands.exceptions import ExceptionDetails, add_exception
from tests.support.scheduling import a_practice, book, chicago, details, hours, on_monday

BOARD = "/appointments/day?date=2026-03-02"


def card_of(browser, visit_id: int) -> str:
    return browser.get(BOARD).text.split(f'id="visit-{visit_id}"')[1].split("</li>")[0]


@pytest.mark.parametrize("here", [False, True])
def test_a_doctor_who_is_away_is_a_mark_on_the_card(browser, alder, here):
    with on_monday(minutes=90):
        with alder.at_work():
            practice = a_practice(alder.facility_id)
            hours(practice)
            visit = book(practice, "09:00")
            visit_id = visit.id
            if here:
                check_in(visit)
            add_exception(
                ExceptionDetails(practice.doctor.id, alder.facility_id, chicago(2, "08:00"),
                                 chicago(2, "12:00"), "blocked", None)
            )  # fmt: skip
        browser.sign_in(alder.desk)
        assert "<em>Outside hours</em>" in card_of(browser, visit_id)


def test_a_walk_in_who_is_here_at_another_time_has_none(browser, alder):
    with on_monday(hours=6):
        with alder.at_work():
            practice = a_practice(alder.facility_id)
            hours(practice)
            visit = walk_in(details(practice, start_at=chicago(2, "13:00")))
            if visit.status == "scheduled":
                check_in(visit)
            visit_id = visit.id
        browser.sign_in(alder.desk)
        assert "<em>" not in card_of(browser, visit_id)
