"""Whoever is booked for is recognised: who it is, what must be known, when they come next.

The kind of fault: a name alone is shown where somebody decides about a person. Every page that
shows one person at work takes the same strip.
"""

import re
from datetime import date

import pytest

from portal.appointments.commands.visit import check_in, complete_visit, start_visit
from portal.appointments.queries.around import around_patient
from portal.appointments.queries.of_patient import list_coming_of
from portal.appointments.queries.waitlist import get_wish
from tests.support.scheduling import (
    a_patient,
    a_plan,
    a_practice,
    a_wish_for,
    book,
    hours,
    on_monday,
)

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


def test_another_appointment_that_day_is_warned_of(browser, alder, work):
    practice, patient = work
    with alder.at_work():
        book(practice, "11:30", patient_id=patient.id)
    browser.sign_in(alder.desk)
    page = browser.get(f"/appointments/new?patient={patient.id}").text
    assert "Another appointment that day: 11:30" in page
    slot = re.search(r'value="(\d+)"><span>11:00<', page).group(1)
    typed = {"patient_id": patient.id, "service_id": practice.service.id,
             "availability_slot_id": slot, "day": "2026-03-02"}  # fmt: skip
    page = browser.send("/appointments/offers", typed, htmx=True).text
    assert "Another appointment about then: 11:30" in page


def test_whoever_has_died_is_shown_and_cannot_be_chosen(browser, alder, work):
    with alder.at_work():
        late = a_patient(last_name="Yorick", status="deceased")
    browser.sign_in(alder.desk).get("/appointments/new")
    found = browser.send("/patients/search", {"q": "Yorick", "purpose": "choose"}, htmx=True).text
    assert "is recorded as deceased" in found
    assert f'data-value="{late.id}"' not in found
    shown = browser.send("/appointments/offers", {"patient_id": late.id}, htmx=True).text
    assert "This patient is recorded as deceased" in shown
    typed = {"show": "patients", "patient_query": "Yorick"}
    page = browser.send("/appointments/new", typed).text
    assert re.search(rf'name="found_patient_id" value="{late.id}" disabled', page)


def test_somebody_on_the_waitlist_is_said_to_be_and_booking_closes_the_entry(browser, alder, work):
    practice, patient = work
    with alder.at_work():
        wish = a_wish_for(practice, patient_id=patient.id).id
    browser.sign_in(alder.desk)
    page = browser.get(f"/appointments/new?patient={patient.id}").text
    assert "On the waitlist for this, until" in page
    assert f'name="waitlist_entry_id" value="{wish}"' in page
    slot = re.search(r'value="(\d+)" checked><span>08:00<', page).group(1)
    typed = {"patient_id": patient.id, "service_id": practice.service.id,
             "availability_slot_id": slot, "waitlist_entry_id": wish}  # fmt: skip
    assert browser.send("/appointments/new", typed).status_code == 303
    with alder.at_work():
        assert get_wish(wish).status == "booked"


def test_without_script_the_plan_comes_with_the_patient_and_is_seen_first(browser, alder, work):
    practice, _patient = work
    with alder.at_work():
        plan = a_plan(alder.facility_id)
        insured = a_patient(last_name="Insured", default_insurance_plan_id=plan.id).id
    browser.sign_in(alder.desk)
    page = browser.get("/appointments/new").text
    slot = re.search(r'value="(\d+)" checked><span>08:00<', page).group(1)
    typed = {"found_patient_id": insured, "service_id": practice.service.id,
             "availability_slot_id": slot, "insurance_plan_id": "",
             "suggested_for": f"/{practice.service.id}"}  # fmt: skip
    answer = browser.send("/appointments/new", typed)
    assert answer.status_code == 200
    assert f'value="{plan.id}" selected' in answer.text
    assert "Taken along with the patient." in answer.text
    assert f'name="patient_id" value="{insured}"' in answer.text
    assert 'value="Insured, Ann"' in answer.text
    del typed["found_patient_id"]
    typed |= {"patient_id": insured, "insurance_plan_id": plan.id,
              "plan_for": insured, "suggested_for": f"{insured}/{practice.service.id}"}  # fmt: skip
    assert browser.send("/appointments/new", typed).status_code == 303
    with alder.at_work():
        [visit] = list_coming_of(insured)
        assert visit.insurance_plan_id == plan.id
