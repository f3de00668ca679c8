"""Payers and plans on their screens: finding, adding and changing them."""

import pytest

from portal.insurance.commands.payers import PayerDetails, PlanDetails, add_payer, add_plan
from tests.support.client import Browser
from tests.support.people import Clinic
from tests.support.scheduling import a_plan
from tests.support.statements import at_most

PLAN = {"name": "Harborview One", "plan_code": "HV-1", "effective_from": "", "effective_to": ""}


@pytest.fixture
def payer_id(alder: Clinic) -> int:
    with alder.at_work():
        return add_payer(PayerDetails("Harborview")).id


def test_an_administrator_adds_a_payer_and_its_plan(browser: Browser, alder: Clinic):
    browser.sign_in(alder.admin)
    typed = {"name": " Harborview ", "website": "https://harborview.example", "phone": "555 0102"}
    payer = browser.send("/insurance/new", typed)
    assert payer.status_code == 303
    shown = browser.get(payer.location).text
    assert "Harborview added." in shown
    assert "tel:5550102" in shown
    plan = browser.send(f"{payer.location}/plans/new", PLAN | {"effective_to": "2026-12-31"})
    assert plan.location.startswith("/insurance/plans/")
    shown = browser.get(plan.location).text
    assert "HV-1" in shown
    assert "until Dec 31, 2026" in shown
    [entry] = alder.entries("insurance_plans.insert", user_id=alder.admin.id)
    assert entry.new_values["plan_code"] == "HV-1"


def test_what_is_wrong_stands_beside_its_field_and_what_was_typed_stays(browser, alder, payer_id):
    browser.sign_in(alder.admin)
    backwards = PLAN | {"effective_from": "2026-05-01", "effective_to": "2026-04-01"}
    response = browser.send(f"/insurance/{payer_id}/plans/new", backwards, htmx=True)
    assert response.status_code == 422
    assert "The last day is before the first." in response.text
    assert 'value="2026-05-01"' in response.text
    refused = browser.send("/insurance/new", {"name": "X", "website": "javascript:alert(1)"})
    assert refused.status_code == 422
    assert "Begin with https://" in refused.text


def test_blanks_are_no_name(browser, alder, payer_id):
    browser.sign_in(alder.admin)
    assert browser.send("/insurance/new", {"name": "  "}).status_code == 422
    response = browser.send(f"/insurance/{payer_id}/plans/new", {"name": " ", "plan_code": " "})
    assert response.text.count("this is needed.</a>") == 2


def test_the_same_payer_or_code_twice_is_a_conflict(browser, alder, payer_id):
    browser.sign_in(alder.admin)
    again = browser.send("/insurance/new", {"name": "Harborview"})
    assert again.status_code == 409
    assert "already a payer of this name" in again.text
    browser.send(f"/insurance/{payer_id}/plans/new", PLAN)
    twice = browser.send(f"/insurance/{payer_id}/plans/new", PLAN)
    assert twice.status_code == 409
    assert "already has a plan with this code" in twice.text


def test_a_payer_is_found_by_its_plans_code(browser, alder, payer_id):
    with alder.at_work():
        add_plan(PlanDetails(payer_id, "HV-77", "Harborview Gold"))
        add_payer(PayerDetails("Prairie"))
    browser.sign_in(alder.desk)
    for words in ("harborv", "hv-77", "gold harborview"):
        found = browser.fragment(f"/insurance/?q={words}").text
        assert "Harborview" in found, words
        assert "Prairie" not in found, words
    assert "No payer or plan has these words" in browser.get("/insurance/?q=%25").text


def test_an_empty_list_names_the_next_step(browser, alder):
    browser.sign_in(alder.owner)
    assert "No payers yet" in browser.get("/insurance/").text
    assert "No plans yet" in browser.get("/insurance/acceptance").text
    assert "All appointments are covered" in browser.get("/insurance/uncovered").text


def test_the_front_desk_sees_and_does_not_change(browser, alder):
    with alder.at_work():
        plan = a_plan(alder.facility_id)
    browser.sign_in(alder.desk)
    shown = browser.get(f"/insurance/plans/{plan.id}").text
    assert "Alder Central" in shown
    assert "/edit" not in shown
    assert browser.send(f"/insurance/plans/{plan.id}/edit", PLAN).status_code == 403


def test_the_list_is_bounded_and_asks_once(browser, alder):
    with alder.at_work():
        for number in range(60):
            add_payer(PayerDetails(f"Payer {number:02}"))
    browser.sign_in(alder.desk)
    with at_most(2):
        first = browser.get("/insurance/").text
    assert first.count('<th scope="row">') == 50
    assert "Payer 59" in browser.get("/insurance/?page=2").text
