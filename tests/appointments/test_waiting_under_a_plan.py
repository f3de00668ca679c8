"""A plan that no chosen facility takes is said before somebody waits under it for nothing.

The kind of fault: an entry that looks like any other, and that no opening can ever suit.
"""

from datetime import date

import pytest

from portal.insurance.commands.acceptance import AcceptanceDetails, accept_plan
from tests.appointments.test_waiting_on_screen import standing, wish
from tests.support.factories import a_facility
from tests.support.scheduling import a_patient, a_plan, a_practice, hours, on_monday

NEW = "/appointments/waitlist/new"


@pytest.fixture
def work(alder):
    with on_monday():
        with alder.at_work():
            practice = a_practice(alder.facility_id)
            hours(practice)
            patient, plan = a_patient(), a_plan()
        yield practice, patient, plan


def sent(work, **more):
    practice, patient, plan = work
    asked = {"insurance_plan_id": plan.id, "plan_for": patient.id}
    return wish(practice, patient, **(asked | more))


def test_it_is_refused_in_the_words_of_the_booking_form(browser, alder, work):
    browser.sign_in(alder.desk)
    answer = browser.send(NEW, sent(work))
    assert answer.status_code == 422
    assert f"{work[2].name} is not accepted at " in answer.text
    assert "Afraid of needles" in answer.text
    assert standing(alder) == []


def test_it_is_said_when_the_plan_is_chosen_and_self_pay_is_one_button_away(browser, alder, work):
    browser.sign_in(alder.desk)
    page = browser.send(NEW, sent(work, show="patient")).text
    assert f"{work[2].name} is not accepted at " in page
    assert 'name="show" value="plan:">Change to self-pay<' in page
    page = browser.send(NEW, sent(work, show="plan:"))
    assert page.status_code == 200
    assert "is not accepted at" not in page.text
    assert "<b>Not saved yet.</b> Chosen now: Self-pay</span>" in page.text
    plans = page.text.partition('id="insurance_plan_id"')[2].partition("</select>")[0]
    assert " selected" not in plans.partition("</option>")[2]


@pytest.mark.parametrize("where", ["elsewhere", "later"])
def test_where_something_may_come_of_it_one_waits(browser, alder, work, where):
    practice, _patient, plan = work
    with alder.at_work():
        other = a_facility()
        if where == "later":
            since = AcceptanceDetails(accepted_since=date(2026, 3, 20))
            accept_plan(practice.facility_id, plan.id, since)
        else:
            accept_plan(other.id, plan.id, AcceptanceDetails())
    browser.sign_in(alder.owner)
    both = [practice.facility_id, other.id]
    assert browser.send(NEW, sent(work, facility_ids=both)).status_code == 303
