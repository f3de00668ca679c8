"""Registration says who may be the same person, keeps what was typed, and goes on when told to."""

from datetime import date

import pytest

from portal.patients.queries.records import list_recent_patients
from tests.patients.conftest import register
from tests.support.client import Browser
from tests.support.people import Clinic

TYPED = {
    "last_name": "Okafor",
    "first_name": "Anna",
    "dob": "1980-03-04",
    "phone": "555 0199",
    "note": "Prefers mornings",
}


@pytest.fixture
def anne(alder: Clinic) -> int:
    with alder.at_work():
        return register("Anne", "Okafor", dob=date(1980, 3, 4)).id


@pytest.fixture
def desk(browser: Browser, alder: Clinic) -> Browser:
    return browser.sign_in(alder.desk)


def registered(clinic: Clinic) -> list[str]:
    with clinic.at_work():
        return sorted(row.first_name for row in list_recent_patients())


@pytest.mark.parametrize("htmx", [False, True])
def test_a_possible_duplicate_is_shown_and_nobody_registered(desk, alder, anne, htmx):
    answer = desk.send("/patients/new", TYPED, htmx=htmx)
    assert answer.status_code == 422
    assert "This may be somebody who is registered already." in answer.text
    assert f'href="/patients/{anne}"' in answer.text
    assert "Okafor, Anne" in answer.text
    for kept in ('value="Anna"', 'value="1980-03-04"', 'value="555 0199"', "Prefers mornings"):
        assert kept in answer.text
    assert registered(alder) == ["Anne"]
    [read] = alder.entries("patients.new", patient_id=anne)
    assert read.user_id == alder.desk.id


def test_they_are_registered_anyway_when_it_is_somebody_else(desk, alder, anne):
    answer = desk.send("/patients/new", TYPED | {"register_anyway": "y"})
    assert answer.status_code == 303
    assert registered(alder) == ["Anna", "Anne"]
    assert not alder.entries("patients.new", patient_id=anne)


def test_somebody_else_born_that_day_is_registered_without_a_question(desk, alder, anne):
    assert desk.send("/patients/new", TYPED | {"last_name": "Eze"}).status_code == 303


def test_another_clinics_patient_is_nobodys_duplicate(desk, birch, alder):
    with birch.at_work():
        register("Anna", "Okafor", dob=date(1980, 3, 4), phone="555 0199")
    assert desk.send("/patients/new", TYPED).status_code == 303
