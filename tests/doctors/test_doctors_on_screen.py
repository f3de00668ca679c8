"""Finding, adding and changing doctors on their screens."""

import pytest

from portal.doctors.commands import DoctorDetails, add_doctor, place_at_facility
from portal.doctors.queries import get_doctor
from tests.support.client import Browser
from tests.support.people import Clinic
from tests.support.statements import at_most

TYPED = {
    "first_name": "Ada",
    "last_name": "Byrne",
    "display_name": "",
    "specialty": "Cardiology",
    "npi": "1234567893",
    "profile": "Speaks Irish",
}


@pytest.fixture
def doctor_id(alder: Clinic) -> int:
    with alder.at_work():
        return add_doctor(DoctorDetails("Ada", "Byrne", specialty="Cardiology")).id


def test_an_administrator_adds_a_doctor(browser: Browser, alder: Clinic):
    browser.sign_in(alder.admin)
    response = browser.send("/doctors/new", TYPED)
    assert response.status_code == 303
    shown = browser.get(response.location).text
    assert "Dr. Byrne added." in shown
    assert "1234567893" in shown
    assert "No facility yet" in shown
    [entry] = alder.entries("doctors.insert", user_id=alder.admin.id)
    assert entry.new_values["specialty"] == "Cardiology"


def test_how_a_doctor_is_reached_is_kept_and_taken_away(browser, alder, doctor_id):
    browser.sign_in(alder.admin)
    reached = TYPED | {"phone": "555 0101", "email": "ada@example.org"}
    browser.send(f"/doctors/{doctor_id}/edit", reached)
    shown = browser.get(f"/doctors/{doctor_id}").text
    assert "mailto:ada%40example.org" in shown
    assert 'value="555 0101"' in browser.get(f"/doctors/{doctor_id}/edit").text
    browser.send(f"/doctors/{doctor_id}/edit", reached | {"phone": ""})
    with alder.at_work():
        assert get_doctor(doctor_id).contact == {"email": "ada@example.org"}


def test_what_is_no_address_is_refused_beside_its_field(browser, alder, doctor_id):
    browser.sign_in(alder.admin)
    response = browser.send(f"/doctors/{doctor_id}/edit", TYPED | {"email": "ada at home"})
    assert response.status_code == 422
    assert 'id="email-error"' in response.text


def test_a_number_that_checks_wrong_is_refused_beside_its_field(browser, alder):
    browser.sign_in(alder.admin)
    response = browser.send("/doctors/new", TYPED | {"npi": "1234567890"}, htmx=True)
    assert response.status_code == 422
    assert 'id="npi-error"' in response.text
    assert "This is not an NPI" in response.text
    assert "Speaks Irish" in response.text


def test_what_is_missing_stands_beside_its_field(browser, alder):
    browser.sign_in(alder.admin)
    response = browser.send("/doctors/new", TYPED | {"first_name": " "})
    assert response.status_code == 422
    assert 'id="first_name-error"' in response.text


def test_the_same_form_twice_adds_one_doctor(browser, alder):
    browser.sign_in(alder.admin)
    without_number = TYPED | {"npi": ""}
    assert browser.send("/doctors/new", without_number).status_code == 303
    again = browser.send("/doctors/new", without_number)
    assert again.status_code == 409
    assert "A doctor of this name is here already." in again.text
    assert len(alder.entries("doctors.insert")) == 1
    assert browser.send("/doctors/new", without_number | {"namesake": "y"}).status_code == 303


def test_another_doctors_number_is_a_conflict(browser, alder):
    browser.sign_in(alder.admin)
    browser.send("/doctors/new", TYPED)
    response = browser.send("/doctors/new", TYPED | {"last_name": "Lovell"})
    assert response.status_code == 409
    assert "Another doctor of this clinic has this NPI." in response.text


def test_only_what_changed_is_on_record(browser, alder, doctor_id):
    browser.sign_in(alder.admin)
    assert "Cardiology" in browser.get(f"/doctors/{doctor_id}/edit").text
    typed = TYPED | {"npi": "", "profile": "", "specialty": "Surgery"}
    assert browser.send(f"/doctors/{doctor_id}/edit", typed).status_code == 303
    [entry] = alder.entries("doctors.update")
    assert entry.new_values == {"specialty": "Surgery"}


@pytest.mark.parametrize("words", ["byr", "ADA byrne", "cardio", "12345", "dr. byrne"])
def test_a_doctor_is_found_by_name_specialty_or_number(browser, alder, words):
    with alder.at_work():
        add_doctor(DoctorDetails("Ada", "Byrne", npi="1234567893", specialty="Cardiology"))
        add_doctor(DoctorDetails("Mary", "Lovell", specialty="Surgery"))
    browser.sign_in(alder.desk)
    found = browser.fragment("/doctors/", query_string={"q": words}).text
    assert "Byrne, Ada" in found
    assert "Lovell" not in found


def test_nobody_found_and_nobody_there_read_differently(browser, alder, doctor_id):
    browser.sign_in(alder.desk)
    assert "No doctor has these words" in browser.get("/doctors/?q=_").text
    assert "No doctor is retired" in browser.get("/doctors/?retired=y").text


def test_the_front_desk_sees_and_does_not_change(browser, alder, doctor_id):
    browser.sign_in(alder.desk)
    shown = browser.get(f"/doctors/{doctor_id}").text
    assert "Cardiology" in shown
    assert "/edit" not in shown
    assert browser.send(f"/doctors/{doctor_id}/edit", TYPED).status_code == 403


def test_the_list_is_bounded_and_asks_once(browser, alder):
    with alder.at_work():
        for number in range(60):
            doctor = add_doctor(DoctorDetails("Ada", f"Byrne{number:02}"))
            place_at_facility(doctor.id, alder.facility_id)
    browser.sign_in(alder.desk)
    with at_most(2):
        first = browser.get("/doctors/").text
    assert first.count("Alder Central") == 50
    assert "Byrne59" in browser.get("/doctors/?page=2").text
