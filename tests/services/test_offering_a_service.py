"""Who offers a service where: the grid of doctors and facilities, and its cells."""

import pytest

from portal.doctors.commands import end_place
from tests.support.factories import a_facility
from tests.support.people import Clinic
from tests.support.scheduling import Practice, a_doctor, a_practice
from tests.support.statements import at_most

TYPED = {
    "default_duration_minutes": "40",
    "buffer_before_minutes": "5",
    "buffer_after_minutes": "10",
    "visibility": "private",
    "active": "y",
}


@pytest.fixture
def practice(alder: Clinic) -> Practice:
    with alder.at_work():
        return a_practice(alder.facility_id)


def test_a_service_is_offered_at_one_more_place(browser, alder, practice):
    with alder.at_work():
        doctor = a_doctor(alder.facility_id)
    browser.sign_in(alder.owner)
    address = f"/services/{practice.service.id}/offerings/new"
    place = f"{doctor.id}-{alder.facility_id}"
    assert f'value="{place}" selected' in browser.get(f"{address}?location={place}").text
    response = browser.send(address, TYPED | {"location": place})
    assert response.status_code == 303
    assert "Nothing can be booked for this yet" in browser.get(response.location).text
    grid = browser.get(f"/services/{practice.service.id}").text
    assert "40 min" in grid
    assert "free before 5, after 10" in grid
    assert "staff only" in grid
    assert "no steps yet" in grid


def test_a_place_that_offers_it_already_is_no_choice(browser, alder, practice):
    browser.sign_in(alder.owner)
    place = f"{practice.doctor.id}-{alder.facility_id}"
    address = f"/services/{practice.service.id}/offerings/new"
    assert f'value="{place}"' not in browser.get(address).text
    assert browser.send(address, TYPED | {"location": place}).status_code == 422


def test_an_offering_is_changed_and_stopped(browser, alder, practice):
    browser.sign_in(alder.admin)
    address = f"/services/offerings/{practice.offering.id}/edit"
    assert "0 coming appointments stay as booked" in browser.get(address).text
    stopped = {name: value for name, value in TYPED.items() if name != "active"}
    assert browser.send(address, stopped).status_code == 303
    assert "not offered now" in browser.get(f"/services/{practice.service.id}").text
    [entry] = alder.entries("service_offerings.update")
    assert entry.new_values["active"] is False


def test_minutes_out_of_range_are_refused_beside_their_field(browser, alder, practice):
    browser.sign_in(alder.owner)
    address = f"/services/offerings/{practice.offering.id}/edit"
    response = browser.send(address, TYPED | {"buffer_after_minutes": "999"}, htmx=True)
    assert response.status_code == 422
    assert "Between 0 and 240 minutes." in response.text
    assert 'value="999"' in response.text


def test_the_grid_says_where_a_doctor_has_no_place_now(browser, alder, practice):
    with alder.at_work():
        a_facility(name="Riverside")
        end_place(practice.doctor.id, alder.facility_id)
    shown = browser.sign_in(alder.desk).get(f"/services/{practice.service.id}").text
    assert "no longer works there" in shown
    assert "Riverside" in shown
    assert "Change" not in shown


def test_the_grid_asks_no_more_for_many_doctors(browser, alder, practice):
    with alder.at_work():
        for _ in range(10):
            a_doctor(alder.facility_id)
    browser.sign_in(alder.desk)
    with at_most(6):
        shown = browser.get(f"/services/{practice.service.id}").text
    assert shown.count('<th scope="row">') == 11
