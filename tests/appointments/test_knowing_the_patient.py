"""Whoever is booked for is recognised: who it is, what must be known, when they come next.

The kind of fault: a name alone is shown where somebody decides about a person. Every page that
shows one person at work takes the same strip.
"""

from datetime import date

import pytest

from portal.appointments.commands import check_in, complete_visit, start_visit
from portal.appointments.queries import around_patient
from tests.support.scheduling import a_patient, a_practice, book, hours, on_monday

KNOWN = {
    "first_name": "Greta", "last_name": "Marchetti", "dob": date(1988, 3, 14),
    "phone": "(312) 555-0142", "preferred_language": "es-MX", "meta": {"alert": "Latex allergy"},
}  # fmt: skip


@pytest.fixture
def work(alder):
    """A practice with hours on Mondays, and a patient of whom much is known."""
    with on_monday():
        with alder.at_work():
            practice = a_practice(alder.facility_id, skippable=(2,))
            hours(practice)
            patient = a_patient(**KNOWN)
        yield practice, patient


def seen(practice, patient, *times: str) -> None:
    for time in times:
        visit = book(practice, time, patient_id=patient.id)
        with on_monday(hours=5):
            check_in(visit)
            start_visit(visit)
            complete_visit(visit)


def test_the_booking_shows_who_it_is_and_enters_that_they_were_seen(browser, alder, work):
    browser.sign_in(alder.desk)
    page = browser.get(f"/appointments/new?patient={work[1].id}").text
    for known in ("1988", "(37 y)", work[1].mrn, "555-0142", "Latex allergy", "Interpreter"):
        assert known in page
    assert alder.entries("appointments.new", patient_id=work[1].id)


def test_the_booking_shows_when_they_come_next_and_who_usually_sees_them(browser, alder, work):
    practice, patient = work
    with alder.at_work():
        other = a_practice(alder.facility_id, skippable=(2,))
        hours(other)
        seen(other, patient, "08:00")
        seen(practice, patient, "08:30", "09:00")
        book(practice, "11:30", patient_id=patient.id)
    page = browser.sign_in(alder.desk).get(f"/appointments/new?patient={patient.id}").text
    assert "11:30 · " in page
    assert page.index("Usual doctor") < page.index(practice.doctor.display_name)
    with alder.at_work():
        assert around_patient(patient.id).usual_doctor == practice.doctor.display_name


def test_of_two_doctors_who_saw_them_as_often_the_last_is_the_usual_one(alder, work):
    practice, patient = work
    with alder.at_work():
        later = a_practice(alder.facility_id, skippable=(2,))
        hours(later)
        seen(practice, patient, "08:00")
        seen(later, patient, "09:00")
        assert around_patient(patient.id).usual_doctor == later.doctor.display_name


def test_nobody_is_shown_whom_this_person_may_not_see(browser, alder, birch, work):
    browser.sign_in(birch.desk)
    assert browser.get(f"/appointments/new?patient={work[1].id}").status_code == 404
