"""A clinic in Chicago on a Monday morning: two doctors of one service, one of whom falls ill."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest

from portal.absences.commands.recording import AbsenceDetails
from portal.schema.appointments import Appointment
from tests.support.people import Clinic
from tests.support.scheduling import (
    MONDAY,
    Practice,
    a_doctor,
    a_practice,
    an_offering,
    book,
    hours,
    on_monday,
)


@dataclass
class Ward:
    """Who falls ill, who could take over, and what is booked at nine, ten and eleven."""

    clinic: Clinic
    ill: Practice
    other: Practice
    visits: list[Appointment]

    @property
    def address(self) -> str:
        return f"/doctors/{self.ill.doctor.id}/absences/new"


@pytest.fixture
def clinic(alder: Clinic) -> Iterator[Clinic]:
    """The test works as a job of this clinic."""
    with on_monday(), alder.at_work():
        yield alder


@pytest.fixture
def ward(alder: Clinic) -> Iterator[Ward]:
    """Made by a job; the test itself works as whoever it likes."""
    with on_monday():
        with alder.at_work():
            made = a_ward(alder)
        yield made


def a_ward(clinic: Clinic) -> Ward:
    """Inside `at_work()`."""
    ill = a_practice(clinic.facility_id)
    second = a_doctor(clinic.facility_id)
    offering = an_offering(ill.service, second, clinic.facility_id)
    other = Practice(clinic.facility_id, second, ill.service, offering)
    for practice in (ill, other):
        hours(practice)
    hours(ill, day=2)
    visits = [book(ill, at) for at in ("09:00", "10:00", "11:00")]
    return Ward(clinic, ill, other, visits)


def absence(ward: Ward, **more: Any) -> AbsenceDetails:
    """The doctor is ill that Monday."""
    day = MONDAY.date()
    usual: dict[str, Any] = {"first_day": day, "last_day": day, "absence_key": uuid4()}
    return AbsenceDetails(ward.ill.doctor.id, **usual | more)
