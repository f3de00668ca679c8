"""Giving and ending places, and what stands in the way of retiring a doctor."""

from collections.abc import Iterator

import pytest

from portal.appointments.commands.visit import cancel_appointment
from portal.appointments.queries.visits import get_appointment
from portal.doctors.commands import place_at_facility
from portal.doctors.queries import find_place, list_own_places
from portal.facilities.visits import visits_of_doctor
from portal.scheduling.openings.listing import OpeningQuery, list_openings
from tests.support.client import Browser
from tests.support.factories import a_facility
from tests.support.people import Clinic
from tests.support.scheduling import Practice, a_doctor, a_practice, book, hours, on_monday
from tests.support.statements import at_most


@pytest.fixture
def practice(alder: Clinic) -> Iterator[Practice]:
    """A doctor who is booked once this Monday."""
    with on_monday():
        with alder.at_work():
            made = a_practice(alder.facility_id)
            hours(made)
            book(made)
        yield made


def seen_in(html: str) -> str:
    """The mark that the form carries of what it has shown."""
    return html.split('name="confirmation_token"')[1].split('value="')[1].split('"')[0]


def ending(practice: Practice) -> str:
    return f"/doctors/{practice.doctor.id}/places/{practice.facility_id}/ending"


def test_a_doctor_gets_a_place_once(browser: Browser, alder: Clinic):
    with alder.at_work():
        doctor_id = a_doctor().id
    browser.sign_in(alder.admin)
    places = f"/doctors/{doctor_id}/places/new"
    typed = {"facility_id": str(alder.facility_id), "role": "Locum"}
    assert browser.send(places, typed).location == f"/doctors/{doctor_id}"
    shown = browser.get(f"/doctors/{doctor_id}").text
    assert "works at Alder Central." in shown
    assert "Locum" in shown
    assert browser.send(places, typed).status_code == 422
    assert "Works at every facility already" in browser.get(places).text
    assert len(alder.entries("facility_doctors.insert", user_id=alder.admin.id)) == 1


def test_a_doctors_role_at_a_place_changes(browser, alder, practice):
    browser.sign_in(alder.admin)
    address = f"/doctors/{practice.doctor.id}/places/{practice.facility_id}/edit"
    assert browser.send(address, {"role": "r" * 101}).status_code == 422
    assert browser.send(address, {"role": "Head of department"}).status_code == 303
    assert "Head of department" in browser.get(f"/doctors/{practice.doctor.id}").text
    [entry] = alder.entries("facility_doctors.update", user_id=alder.admin.id)
    assert entry.new_values == {"role": "Head of department"}


def test_ending_a_place_shows_the_visits_that_stand(browser, alder, practice):
    browser.sign_in(alder.admin)
    asked = browser.get(ending(practice)).text
    assert "1 appointment here stays booked." in asked
    done = browser.send(ending(practice), {"confirmation_token": seen_in(asked)})
    assert done.location == f"/doctors/{practice.doctor.id}"
    with alder.at_work():
        [place] = list_own_places(practice.doctor.id)
        assert (place.active, place.visits) == (False, 1)
    assert "Restore" in browser.get(done.location).text


def test_ending_a_place_says_what_else_nobody_can_book_then(browser, alder, practice):
    browser.sign_in(alder.admin)
    asked = browser.get(ending(practice)).text
    assert "No new appointment can be booked with this doctor here." in asked
    assert "1 service is no longer offered by this doctor here." in asked
    assert "1 session of the week stays written down" in asked
    browser.send(ending(practice), {"confirmation_token": seen_in(asked)})
    with alder.at_work():
        wanted = OpeningQuery(offering_id=practice.offering.id)
        assert list_openings(wanted, days=90, limit=500) == []


def test_a_visit_booked_meanwhile_is_shown_first(browser, alder, practice):
    browser.sign_in(alder.admin)
    asked = browser.get(ending(practice)).text
    with alder.at_work():
        book(practice, "10:00")
    response = browser.send(ending(practice), {"confirmation_token": seen_in(asked)}, htmx=True)
    assert response.status_code == 409
    assert "2 appointments here stay booked." in response.text
    with alder.at_work():
        place = find_place(doctor_id=practice.doctor.id, facility_id=practice.facility_id)
        assert place.active


def test_a_place_that_never_was_is_not_found(browser, alder, practice):
    with alder.at_work():
        other = a_facility().id
    browser.sign_in(alder.admin)
    response = browser.get(f"/doctors/{practice.doctor.id}/places/{other}/ending")
    assert response.status_code == 404


def test_booked_visits_stand_in_the_way_of_retiring(browser, alder, practice):
    browser.sign_in(alder.admin)
    address = f"/doctors/{practice.doctor.id}/retirement"
    assert "1 appointment is still booked." in browser.get(address).text
    refused = browser.send(address, htmx=True)
    assert refused.status_code == 409
    assert "still booked" in refused.text


def test_a_doctor_retires_and_is_taken_back(browser, alder, practice):
    with alder.at_work():
        [visit_id] = visits_of_doctor(practice.doctor.id).ids
        cancel_appointment(get_appointment(visit_id), because="Moved away")
    browser.sign_in(alder.admin)
    address = f"/doctors/{practice.doctor.id}"
    assert browser.send(f"{address}/retirement").location == "/doctors/"
    assert "retired. Past appointments stay." in browser.get("/doctors/").text
    assert browser.get(address).status_code == 404
    assert "Restore" in browser.get("/doctors/?retired=y").text
    assert browser.send(f"{address}/restoration").location == address
    assert "Restore" in browser.get(address).text


def test_who_does_not_see_every_facility_retires_nobody(browser, alder):
    with alder.at_work():
        doctor_id = a_doctor(alder.facility_id).id
    scoped = alder.hire("sam", "admin", facility_ids=(alder.facility_id,))
    browser.sign_in(scoped)
    refused = browser.send(f"/doctors/{doctor_id}/retirement")
    assert refused.status_code == 422
    assert "You do not see every facility." in refused.text


def test_a_doctors_page_asks_few_questions(browser, alder, practice):
    with alder.at_work():
        for _ in range(10):
            place_at_facility(practice.doctor.id, a_facility().id)
    browser.sign_in(alder.desk)
    with at_most(4):
        browser.get(f"/doctors/{practice.doctor.id}")
