"""Closing a facility, and what stands in the way."""

from portal.appointments.commands.visit import cancel_appointment
from portal.appointments.queries.visits import get_appointment
from portal.db import session
from portal.schema.facilities import Facility
from tests.support.client import Browser
from tests.support.factories import a_facility
from tests.support.people import Clinic
from tests.support.scheduling import a_practice, book, hours, on_monday


def another(clinic: Clinic) -> int:
    with clinic.at_work():
        return a_facility(name="Riverside").id


def test_an_administrator_closes_a_facility(browser: Browser, alder: Clinic):
    facility_id = another(alder)
    browser.sign_in(alder.admin)
    assert (
        "No appointments are booked here" in browser.get(f"/facilities/{facility_id}/closure").text
    )
    assert browser.send(f"/facilities/{facility_id}/closure").location == "/facilities/"
    listed = browser.get("/facilities/").text
    assert "Riverside closed." in listed
    assert browser.get(f"/facilities/{facility_id}").status_code == 404
    [entry] = alder.entries("facilities.update", record_id=facility_id)
    assert entry.user_id == alder.admin.id
    assert entry.new_values.keys() == {"deleted_at"}


def test_its_name_is_free_again(browser, alder):
    facility_id = another(alder)
    browser.sign_in(alder.admin)
    browser.send(f"/facilities/{facility_id}/closure")
    with alder.at_work():
        again = a_facility(name="Riverside").id
    assert again != facility_id


def test_the_last_facility_stays_open(browser, alder):
    browser.sign_in(alder.admin)
    response = browser.send(f"/facilities/{alder.facility_id}/closure")
    assert response.status_code == 422
    assert "only facility" in response.text


def test_booked_visits_stand_in_the_way(browser, alder):
    facility_id = another(alder)
    with on_monday(), alder.at_work():
        practice = a_practice(facility_id)
        hours(practice)
        visit = book(practice)
    browser.sign_in(alder.admin)
    assert "1 appointment is still booked" in browser.get(f"/facilities/{facility_id}/closure").text
    refused = browser.send(f"/facilities/{facility_id}/closure", htmx=True)
    assert refused.status_code == 409
    assert "Appointments still booked here: 1." in refused.text
    with on_monday(), alder.at_work():
        cancel_appointment(get_appointment(visit.id), because="The doctor is ill.")
    assert browser.send(f"/facilities/{facility_id}/closure").status_code == 303


def test_the_front_desk_does_not_close_facilities(browser, alder):
    facility_id = another(alder)
    browser.sign_in(alder.desk)
    assert browser.send(f"/facilities/{facility_id}/closure").status_code == 403
    with alder.at_work():
        assert session.get(Facility, (alder.id, facility_id)).deleted_at is None


def test_a_closed_facility_is_opened_again(browser, alder):
    facility_id = another(alder)
    browser.sign_in(alder.admin)
    browser.send(f"/facilities/{facility_id}/closure")
    assert "Riverside" in browser.get("/facilities/?closed=y").text
    assert browser.send(f"/facilities/{facility_id}/restoration").location.endswith(
        str(facility_id)
    )
    assert "Riverside restored" in browser.get(f"/facilities/{facility_id}").text
    assert "No facility is closed" in browser.get("/facilities/?closed=y").text


def test_its_name_may_be_taken_by_then(browser, alder):
    facility_id = another(alder)
    browser.sign_in(alder.admin)
    browser.send(f"/facilities/{facility_id}/closure")
    another(alder)
    browser.get("/facilities/?closed=y")
    refused = browser.send(f"/facilities/{facility_id}/restoration")
    assert refused.status_code == 409
    assert "already has this name" in refused.text


def test_the_visits_in_the_way_are_listed(browser, alder):
    facility_id = another(alder)
    with on_monday(), alder.at_work():
        practice = a_practice(facility_id)
        hours(practice)
        visit = book(practice)
    browser.sign_in(alder.admin)
    shown = browser.get(f"/facilities/{facility_id}/closure").text
    assert f"/appointments/{visit.id}" in shown
    assert "Close this facility" not in shown
