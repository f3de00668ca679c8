"""A plan that only a script filled in is not self-pay where nobody filled it in.

The kind of fault: an empty field means something (self-pay), and it is empty because no script has
run, or full with what belongs to somebody who was chosen before. Every form that asks for a patient
and a plan brings the patient's plan along, shows it, and does nothing before.
"""

import re

import pytest

from portal.appointments.queries.of_patient import list_coming_of
from portal.insurance.commands.acceptance import stop_accepting_plan
from portal.insurance.queries.payers import get_plan
from tests.support.scheduling import a_patient, a_plan, a_practice, hours, on_monday

FORMS = ("/appointments/new", "/appointments/walk-in", "/appointments/waitlist/new")


@pytest.fixture
def work(alder):
    """A doctor at half past eight; a plan, who has it, and somebody without any."""
    with on_monday(hours=1, minutes=30):
        with alder.at_work():
            practice = a_practice(alder.facility_id)
            hours(practice)
            plan = a_plan(alder.facility_id)
            insured = a_patient(last_name="Insured", default_insurance_plan_id=plan.id).id
            other = a_patient(last_name="Other").id
        yield practice, plan, insured, other


def shown(page: str, name: str) -> str:
    """What a field of the page holds."""
    at = re.search(rf'<select[^>]*name="{name}".*?</select>', page, re.DOTALL)
    if at is not None:
        chosen = re.search(r'value="(\d*)" selected', at.group())
        return chosen.group(1) if chosen else ""
    return re.search(rf'name="{name}" value="([^"]*)"', page).group(1)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("button", ["", "patients", "queues"])
def test_whatever_button_is_pressed_first(browser, alder, work, form, button):
    practice, plan, insured, _other = work
    with alder.at_work():
        plan_name = get_plan(plan.id).name
    browser.sign_in(alder.desk).get(form)
    sent = {"found_patient_id": insured, "service_id": practice.service.id,
            "doctor_id": practice.doctor.id, "insurance_plan_id": "", "show": button}  # fmt: skip
    answer = browser.send(form, sent)
    assert answer.status_code == 200
    assert shown(answer.text, "insurance_plan_id") == str(plan.id)
    assert shown(answer.text, "plan_for") == str(insured)
    # Whoever pressed the form's own button is told that it did not do what it says.
    told = re.search(
        rf"<b>Not (?:booked|saved) yet.</b> The insurance is now [^<]*{plan_name}[^<]*, taken along"
        " with the patient. Press the button again",
        answer.text,
    )
    assert bool(told) == (button == "")
    with alder.at_work():
        assert list_coming_of(insured) == []


@pytest.mark.parametrize("form", FORMS)
def test_it_goes_with_who_it_came_with(browser, alder, work, form):
    practice, plan, insured, other = work
    browser.sign_in(alder.desk).get(form)
    answer = browser.send(form, {
        "found_patient_id": other, "service_id": practice.service.id,
        "insurance_plan_id": plan.id, "plan_for": insured,
    })  # fmt: skip
    assert answer.status_code == 200
    assert shown(answer.text, "insurance_plan_id") == ""
    assert "No plan on the chart: self-pay." in answer.text


@pytest.mark.parametrize("form", FORMS)
def test_the_address_of_a_patient_brings_it_too(browser, alder, work, form):
    _practice, plan, insured, _other = work
    page = browser.sign_in(alder.desk).get(f"{form}?patient={insured}").text
    assert shown(page, "insurance_plan_id") == str(plan.id)


def test_self_pay_that_somebody_chose_goes_on_to_the_waitlist(browser, alder, work):
    practice, _plan, insured, _other = work
    browser.sign_in(alder.desk).get("/appointments/new")
    sent = {"patient_id": insured, "plan_for": insured, "service_id": practice.service.id,
            "insurance_plan_id": "", "show": "waitlist"}  # fmt: skip
    page = browser.send("/appointments/new", sent).text
    assert "Add to waitlist" in page
    assert shown(page, "insurance_plan_id") == ""


def test_a_walk_in_whose_plan_was_seen_is_booked_under_it(browser, alder, work):
    practice, plan, insured, _other = work
    browser.sign_in(alder.desk).get("/appointments/walk-in")
    sent = {"found_patient_id": insured, "service_id": practice.service.id,
            "doctor_id": practice.doctor.id}  # fmt: skip
    answer = browser.send("/appointments/walk-in", sent | {"insurance_plan_id": ""})
    assert "Taken along with the patient." in answer.text
    names = ("booking_key", "patient_id", "plan_for", "insurance_plan_id", "doctor_id")
    sent = {name: shown(answer.text, name) for name in names}
    sent["service_id"] = practice.service.id
    assert browser.send("/appointments/walk-in", sent).status_code == 303
    with alder.at_work():
        [visit] = list_coming_of(insured)
        assert visit.insurance_plan_id == plan.id


def test_a_walk_in_says_what_can_be_done_where_the_plan_is_not_accepted(browser, alder, work):
    practice, plan, insured, _other = work
    with alder.at_work():
        stop_accepting_plan(alder.facility_id, plan.id)
    page = browser.sign_in(alder.desk).get(f"/appointments/walk-in?patient={insured}").text
    assert f"{plan.name} is not accepted at" in page
    assert "Change to self-pay" in page
    sent = {"patient_id": insured, "plan_for": insured, "service_id": practice.service.id,
            "doctor_id": practice.doctor.id, "insurance_plan_id": plan.id}  # fmt: skip
    answer = browser.send("/appointments/walk-in", sent | {"show": "plan:"})
    assert shown(answer.text, "insurance_plan_id") == ""
    assert "The patient pays." in answer.text
