"""When any doctor will do, whoever knows the patient is suggested, and the form says why.

The kind of fault: the earliest is taken for the best. All openings stay; only what is chosen
beforehand is another one.
"""

import re
from typing import NamedTuple

import pytest

from portal.appointments.commands.visit import check_in, complete_visit, start_visit
from portal.appointments.rules.preference import Preference, preferred
from portal.db import session
from tests.support.scheduling import (
    Practice,
    a_doctor,
    a_patient,
    a_practice,
    an_offering,
    book,
    hours,
    on_monday,
)


class Opening(NamedTuple):
    doctor_id: int


class Seen(NamedTuple):
    doctor_id: int
    doctor: str
    specialty: str | None
    service_id: int


OPENINGS = [Opening(1), Opening(2), Opening(3)]
KINDS = {1: "Orthopedics", 2: "General practice", 3: "General practice"}
DREVER = Seen(3, "Dr. Drever", "General practice", 7)


@pytest.mark.parametrize(
    ("seen", "doctor_id", "why"),
    [
        ([], 1, None),
        ([DREVER], 3, Preference("for_this", "Dr. Drever")),
        ([Seen(1, "Dr. Ortho", "Orthopedics", 8), DREVER], 3, Preference("for_this", "Dr. Drever")),
        ([Seen(3, "Dr. Drever", "General practice", 8)], 3, Preference("last", "Dr. Drever")),
        ([Seen(9, "Dr. Gone", "General practice", 7)], 2, Preference("specialty", "Dr. Gone")),
        ([Seen(9, "Dr. Skin", "Dermatology", 7)], 1, None),
        ([Seen(9, "Dr. Plain", None, 7)], 1, None),
    ],
)
def test_who_saw_them_last_comes_before_a_colleague_and_before_the_earliest(seen, doctor_id, why):
    opening, said = preferred(OPENINGS, seen, 7, KINDS)
    assert (opening.doctor_id, said) == (doctor_id, why)


def test_where_nothing_is_free_nothing_is_suggested():
    assert preferred([], [DREVER], 7, KINDS) == (None, None)


@pytest.fixture
def work(alder):
    """Two doctors of one service; the second begins later, and has seen the patient."""
    with on_monday():
        with alder.at_work():
            early = a_practice(alder.facility_id, skippable=(2,))
            doctor = a_doctor(alder.facility_id)
            offering = an_offering(early.service, doctor, alder.facility_id, skippable=(2,))
            known = Practice(alder.facility_id, doctor, early.service, offering)
            hours(early, start="09:00")
            hours(known, start="08:00", end="12:00")
            patient = a_patient()
            visit = book(known, "08:00", patient_id=patient.id)
            check_in(visit)
            start_visit(visit)
            complete_visit(visit)
            for time in ("08:30", "09:00", "09:30"):
                book(known, time)
        yield early, known, patient


def test_the_form_suggests_who_saw_them_last_and_says_so(browser, alder, work):
    early, known, patient = work
    browser.sign_in(alder.desk)
    page = browser.get(f"/appointments/new?patient={patient.id}&service={early.service.id}").text
    name, other = known.doctor.display_name, early.doctor.display_name
    assert f"The earliest with {name}, who saw this patient last for this." in page
    assert re.search(rf"The earliest of all: [^.]*9:00[^.]* · {re.escape(other)}\.", page)
    assert re.search(r"checked><span>10:00<", page)
    assert re.search(r'value="\d+"><span>09:00<', page)


def test_for_somebody_else_the_earliest_is_suggested(browser, alder, work):
    with alder.at_work():
        stranger = a_patient().id
    page = browser.sign_in(alder.desk).get(f"/appointments/new?patient={stranger}").text
    assert "saw this patient last" not in page
    assert re.search(r"checked><span>09:00<", page)


def test_a_colleague_of_the_same_specialty_comes_next(browser, alder, work):
    early, known, patient = work
    with alder.at_work():
        for practice in (early, known):
            practice.doctor.specialty = "General practice"
        other = a_doctor(alder.facility_id)
        other.specialty = "Orthopedics"
        session.flush()
        hours(Practice(alder.facility_id, other, early.service,
                       an_offering(early.service, other, alder.facility_id)))  # fmt: skip
        for time in ("10:00", "10:30", "11:00", "11:30"):
            book(known, time)
    browser.sign_in(alder.desk)
    page = browser.get(f"/appointments/new?patient={patient.id}&service={early.service.id}").text
    assert f"The earliest in the specialty of {known.doctor.display_name}" in page
    assert re.search(r"checked><span>09:00<", page)
