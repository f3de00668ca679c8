"""A clinic to register patients in, without anybody signed in."""

from collections.abc import Iterator

import pytest

from portal.patients.commands import register_patient
from portal.patients.models import Patient
from portal.patients.rules.details import PatientDetails
from tests.support.people import Clinic


@pytest.fixture
def clinic(alder: Clinic) -> Iterator[Clinic]:
    """The test works as a job of this clinic."""
    with alder.at_work():
        yield alder


def register(first_name: str, last_name: str, **known) -> Patient:
    """A registered patient."""
    return register_patient(PatientDetails(first_name=first_name, last_name=last_name, **known))
