"""Cancelling with a reason from the list, and all that a patient has to come in one go."""

import re

import pytest

from portal import clock
from portal.appointments.queries.visits import get_appointment
from portal.db import session
from tests.support.scheduling import MONDAY, a_patient, a_practice, book, hours


@pytest.fixture
def visits(alder, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: MONDAY)
    with alder.at_work():
        practice = a_practice(alder.facility_id)
        hours(practice)
        patient = a_patient(last_name="Marchetti", first_name="Greta")
        return [book(practice, at, patient_id=patient.id) for at in ("09:00", "10:00", "11:00")]


def statuses(clinic, visits):
    with clinic.at_work():
        session.expire_all()
        return [get_appointment(visit.id).status for visit in visits]


def test_a_reason_from_the_list_is_enough_and_lateness_is_noted(browser, alder, visits):
    browser.sign_in(alder.desk)
    sent = {"cancel_code": "patient_ill"}
    address = f"/appointments/{visits[0].id}/cancellation"
    page = browser.send(address, sent, follow_redirects=True).text
    assert "Cancelled late (less than 24 hours before): Patient is ill" in page
    assert "Restore appointment" in page
    assert "Appointment cancelled: Marchetti, Greta, 09:00" in page


def test_the_focus_has_a_place_where_nothing_comes_next(browser, alder, visits):
    """The kind: an answer that takes away what had the focus, which then falls to the page."""
    address = f"/appointments/{visits[0].id}/cancellation"
    answer = browser.sign_in(alder.desk).send(address, {"cancel_code": "patient_ill"}, htmx=True)
    assert answer.text.count("data-land") == 1


def test_another_reason_is_said_in_words(browser, alder, visits):
    browser.sign_in(alder.desk)
    answer = browser.send(f"/appointments/{visits[0].id}/cancellation", {"cancel_code": "other"})
    assert answer.status_code == 422
    assert "Say why." in answer.text


def test_all_coming_appointments_are_shown_cancelled_and_brought_back_together(
    browser, alder, visits
):
    address = f"/patients/{visits[0].patient_id}/visits/cancellation"
    page = browser.sign_in(alder.desk).get(address).text
    assert "3 coming appointments" in page
    shown = re.search(r'name="shown_ids" value="([\d,]+)"', page)[1]
    sent = {"cancel_code": "patient_cancelled", "shown_ids": shown}
    page = browser.send(address, sent, follow_redirects=True).text
    assert "3 appointments cancelled: Marchetti, Greta" in page
    assert statuses(alder, visits) == ["cancelled"] * 3
    browser.send("/appointments/reversals")
    assert statuses(alder, visits) == ["scheduled"] * 3


def test_nothing_is_cancelled_that_was_not_on_the_screen(browser, alder, visits):
    address = f"/patients/{visits[0].patient_id}/visits/cancellation"
    browser.sign_in(alder.desk)
    sent = {"cancel_code": "patient_cancelled", "shown_ids": str(visits[0].id)}
    answer = browser.send(address, sent)
    assert answer.status_code == 409
    assert statuses(alder, visits) == ["scheduled"] * 3


def test_a_second_press_is_answered_calmly(browser, alder, visits):
    browser.sign_in(alder.desk)
    address = f"/appointments/{visits[0].id}"
    version = re.search(r'name="version" value="(\d+)"', browser.get(address).text)[1]
    for words in ("Checked in: Marchetti, Greta", "Already checked in."):
        page = browser.send(f"{address}/next", {"version": version}, follow_redirects=True)
        assert words in page.text
    assert 'role="alert" tabindex="-1"' not in page.text
