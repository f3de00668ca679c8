"""A clinic to register patients in, without anybody signed in."""

from collections.abc import Iterator
from datetime import date

import pytest

from portal.patients.commands.registering import register_patient
from portal.patients.rules.details import PatientDetails
from portal.schema.patients import Patient
from tests.support.people import Clinic
from tests.support.scheduling import a_practice, hours, on_monday

ANNE = {"dob": date(1980, 3, 4), "phone": "555 010 1111", "meta": {"alert": "Allergic to latex"}}
OTHERS = {
    "dob": date(1980, 4, 3),
    "phone": "555 010 2222",
    "email": "anna@example.org",
    "notes": "Came with her son",
    "external_ids": ("urn:x|7",),
}


@pytest.fixture
def clinic(alder: Clinic) -> Iterator[Clinic]:
    """The test works as a job of this clinic."""
    with alder.at_work():
        yield alder


def register(first_name: str, last_name: str, **known) -> Patient:
    """A registered patient."""
    return register_patient(PatientDetails(first_name=first_name, last_name=last_name, **known))


@pytest.fixture
def practice(clinic: Clinic):
    with on_monday():
        made = a_practice(clinic.facility_id)
        hours(made, start="08:00", end="20:00")
        yield made


@pytest.fixture
def anne(clinic: Clinic) -> Patient:
    return register("Anne", "Okafor", **ANNE)


@pytest.fixture
def anna(clinic: Clinic) -> Patient:
    return register("Anna", "Okoro-Lind", **OTHERS)
