"""Registering with a booking asks whether it is somebody who is registered already."""

import re
from datetime import date
from uuid import uuid4

import pytest

from portal.appointments.queries.of_patient import list_coming_rows
from portal.appointments.queries.visits import find_by_booking_key
from portal.facilities.commands import FacilityDetails, open_facility
from portal.patients.queries.searching import search_patients
from tests.support.client import Browser
from tests.support.people import Clinic
from tests.support.scheduling import a_patient, a_practice, book, hours, on_monday

ASKED = "This may be somebody who is registered already."


@pytest.fixture
def anne(alder: Clinic):
    """Anne Okafor, and a practice with hours, at Monday seven o'clock."""
    with on_monday():
        with alder.at_work():
            practice = a_practice(alder.facility_id)
            hours(practice)
            patient = a_patient(first_name="Anne", last_name="Okafor", dob=date(1980, 3, 4))
        yield patient.id, practice


@pytest.fixture
def desk(browser: Browser, alder: Clinic, anne) -> Browser:
    return browser.sign_in(alder.desk)


@pytest.fixture
def typed(desk, anne) -> dict[str, object]:
    """A booking for Anna Okafor, who is new."""
    page = desk.get("/appointments/new").text
    [slot, *_later] = re.findall(r'name="availability_slot_id" value="(\d+)"', page)
    _patient, practice = anne
    return {
        "facility_id": practice.facility_id, "service_id": practice.service.id,
        "patient_id": "new", "patient_query": "Anna Okafor", "availability_slot_id": slot,
        "booking_key": str(uuid4()), "last_name": "Okafor", "first_name": "Anna",
        "dob": "1980-03-04", "phone": "555 0199", "notes": "Wheelchair",
    }  # fmt: skip


def okafors(clinic: Clinic) -> list[str]:
    with clinic.at_work():
        return sorted(row.first_name for row in search_patients("okafor"))


def visits_of(clinic: Clinic, patient_id: int) -> int:
    with clinic.at_work():
        return len(list_coming_rows(patient_id))


@pytest.mark.parametrize("htmx", [False, True])
def test_those_it_may_be_are_shown_and_nothing_typed_is_lost(desk, alder, anne, typed, htmx):
    answer = desk.send("/appointments/new", typed, htmx=htmx)
    assert answer.status_code == 422
    assert ASKED in answer.text
    assert "Okafor, Anne · DOB" in answer.text
    for kept in ("Anna", "1980-03-04", "555 0199", typed["booking_key"]):
        assert f'value="{kept}"' in answer.text
    assert "Wheelchair" in answer.text
    assert f'value="{typed["availability_slot_id"]}" checked' in answer.text
    assert okafors(alder) == ["Anne"]
    [read] = alder.entries("appointments.create", patient_id=anne[0])
    assert read.user_id == alder.desk.id


def test_the_known_patient_is_booked_when_chosen(desk, alder, anne, typed):
    answer = desk.send("/appointments/new", typed | {"found_patient_id": anne[0]})
    assert answer.status_code == 303
    assert okafors(alder) == ["Anne"]
    assert visits_of(alder, anne[0]) == 1


def test_somebody_else_is_registered_and_booked_once(desk, alder, anne, typed):
    for _ in range(2):
        answer = desk.send("/appointments/new", typed | {"found_patient_id": "new"})
        assert answer.status_code == 303
    assert okafors(alder) == ["Anna", "Anne"]
    assert visits_of(alder, anne[0]) == 0


def test_the_same_key_answers_with_its_visit_instead_of_asking(desk, alder, typed):
    unlike = typed | {"last_name": "Eze", "first_name": "Chidi"}
    assert [desk.send("/appointments/new", unlike).status_code for _ in range(2)] == [303, 303]
    with alder.at_work():
        assert find_by_booking_key(typed["booking_key"]) is not None
        assert len(search_patients("eze")) == 1


@pytest.mark.parametrize("chosen", ["new", "known"])
def test_a_choice_outlives_a_start_that_was_taken(desk, alder, anne, typed, chosen):
    patient_id, practice = anne
    with alder.at_work():
        book(practice, "08:00")
    found = "new" if chosen == "new" else patient_id
    answer = desk.send("/appointments/new", typed | {"found_patient_id": found})
    assert answer.status_code == 409
    assert re.search(rf'name="found_patient_id" value="{found}" checked', answer.text)
    assert 'value="Anna"' in answer.text


def test_another_patient_picked_from_the_list_counts_after_all(desk, alder, anne, typed):
    with alder.at_work():
        other = a_patient().id
    picked = typed | {"found_patient_id": "new", "patient_id": other}
    assert desk.send("/appointments/new", picked).status_code == 303
    assert visits_of(alder, other) == 1


def test_another_clinics_patient_is_not_asked_about_or_taken(desk, alder, birch, typed):
    with birch.at_work():
        foreign = a_patient(first_name="Chi", last_name="Eze", phone="555 010 7777").id
    unlike = typed | {"last_name": "Eze", "first_name": "Chi", "phone": "555 010 7777"}
    answer = desk.send("/appointments/new", unlike | {"found_patient_id": foreign})
    assert answer.status_code == 404
    assert desk.send("/appointments/new", unlike).status_code == 303


def test_whom_another_facility_knows_is_told_by_number_alone(browser, alder, anne, typed):
    with alder.at_work():
        annex = open_facility(FacilityDetails(name="Annex", slug="annex", timezone="Europe/London"))
        there = a_patient(first_name="Zoe", last_name="Nováková", phone="555 010 8888",
                          facility_id=annex.id)  # fmt: skip
        number = there.mrn
    limited = alder.hire("limited", "front_desk", facility_ids=(alder.facility_id,))
    browser.sign_in(limited)
    new = typed | {"last_name": "Z", "first_name": "N", "dob": "", "dob_unknown": "y",
                   "phone": "555 010 8888"}  # fmt: skip
    answer = browser.send("/appointments/new", new)
    assert answer.status_code == 422
    assert number in answer.text
    assert "Nováková" not in answer.text
    again = browser.send("/appointments/new", new | {"found_patient_id": "new"})
    assert again.status_code == 303


@pytest.mark.parametrize("nonsense", ["x", "-1", "9" * 30, "1e3", "\0"])
def test_nonsense_chosen_is_nobody_and_asks_again(desk, alder, typed, nonsense):
    answer = desk.send("/appointments/new", typed | {"found_patient_id": nonsense})
    assert answer.status_code == 422
    assert ASKED in answer.text


def test_nobody_is_registered_whose_birth_date_was_not_asked(desk, alder, typed):
    refused = desk.send("/appointments/new", typed | {"dob": "", "last_name": "Novak"})
    assert refused.status_code == 422
    assert "Date of birth: enter it, or tick that it is unknown." in refused.text
    with alder.at_work():
        assert search_patients("novak") == []


@pytest.mark.parametrize("status", ["inactive", "deceased"])
def test_whoever_is_typed_and_cannot_be_booked_is_said_why(desk, alder, typed, status):
    """The kind: what the list says is not said once the list is gone."""
    with alder.at_work():
        a_patient(first_name="Ute", last_name="Quist", status=status)
    nobody = {"last_name": "", "first_name": "", "patient_id": "", "patient_query": "Quist, Ute"}
    refused = desk.send("/appointments/new", typed | nobody)
    assert refused.status_code == 422
    assert (
        f"This patient is {'' if status == 'inactive' else 'recorded as '}{status}" in refused.text
    )


def test_all_that_is_wrong_with_a_new_patient_is_said_in_one_round(desk, typed):
    """The kind: what a command refuses is heard only once the form has nothing to say."""
    wrong = {"last_name": "", "phone": "abc", "dob": "1800-01-02"}
    refused = desk.send("/appointments/new", typed | wrong)
    for field in ("last_name", "phone", "dob"):
        assert f'id="{field}-error"' in refused.text
