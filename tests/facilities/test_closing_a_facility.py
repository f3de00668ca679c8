"""Closing a facility, and what stands in the way."""

from portal.db import session
from portal.facilities.models import Facility
from portal.facilities.queries import get_facility
from tests.support.client import Browser
from tests.support.factories import a_facility
from tests.support.people import Clinic


def another(clinic: Clinic) -> int:
    with clinic.at_work():
        return a_facility(name="Riverside").id


def test_an_administrator_closes_a_facility(browser: Browser, alder: Clinic):
    facility_id = another(alder)
    browser.sign_in(alder.admin)
    assert "Nobody is booked here" in browser.get(f"/facilities/{facility_id}/closing").text
    assert browser.send(f"/facilities/{facility_id}/closing").location == "/facilities/"
    listed = browser.get("/facilities/").text
    assert "Riverside is closed." in listed
    assert browser.get(f"/facilities/{facility_id}").status_code == 404
    [entry] = alder.entries("facilities.update", record_id=facility_id)
    assert entry.user_id == alder.admin.id
    assert entry.new_values.keys() == {"deleted_at"}


def test_its_name_is_free_again(browser, alder):
    facility_id = another(alder)
    browser.sign_in(alder.admin)
    browser.send(f"/facilities/{facility_id}/closing")
    with alder.at_work():
        again = a_facility(name="Riverside").id
    assert again != facility_id


def test_the_last_facility_stays_open(browser, alder):
    browser.sign_in(alder.admin)
    response = browser.send(f"/facilities/{alder.facility_id}/closing")
    assert response.status_code == 422
    assert "only facility" in response.text


def test_booked_visits_stand_in_the_way(browser, alder, monkeypatch):
    facility_id = another(alder)
    monkeypatch.setattr("portal.facilities.queries.count_live_visits", lambda _facility: 3)
    browser.sign_in(alder.admin)
    assert "3 visits are still booked" in browser.get(f"/facilities/{facility_id}/closing").text
    response = browser.send(f"/facilities/{facility_id}/closing", htmx=True)
    assert response.status_code == 409
    assert "3 visits are still booked here." in response.text
    with alder.at_work():
        assert get_facility(facility_id).deleted_at is None


def test_the_front_desk_does_not_close_facilities(browser, alder):
    facility_id = another(alder)
    browser.sign_in(alder.desk)
    assert browser.send(f"/facilities/{facility_id}/closing").status_code == 403
    with alder.at_work():
        assert session.get(Facility, (alder.id, facility_id)).deleted_at is None
