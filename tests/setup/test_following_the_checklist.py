"""A new clinic's owner is led through what is left to set up, and puts it away when it is done."""

import re

import pytest

from portal.setup.queries.checklist import counts
from portal.setup.rules import DONE, MISSING, OPTIONAL, PART, Counts, SetupGap, checklist, next_line
from tests.support.client import Browser
from tests.support.people import Clinic
from tests.support.scheduling import a_doctor, a_plan, a_practice, a_service, book, hours, on_monday
from tests.support.statements import at_most

EVERYTHING = (
    "facilities", "doctors", "places", "services", "offerings", "plans", "acceptances", "steps",
    "workflows", "hours", "staff", "visit",
)  # fmt: skip


def states(gaps: dict[str, SetupGap] | None = None, **have: int) -> dict[str, str]:
    """The state of every task; what is not said is there."""
    known = Counts(dict.fromkeys(EVERYTHING, 1) | have, gaps or {})
    return {line.task.name: line.state for line in checklist(known)}


def test_what_is_there_is_done():
    assert set(states().values()) == {DONE}


def test_what_one_can_do_without_is_no_reproach():
    found = states(plans=0, acceptances=0, staff=0, services=0)
    assert [name for name, state in found.items() if state == OPTIONAL] == [
        "payers", "acceptance", "staff",
    ]  # fmt: skip
    assert found["services"] == MISSING


def test_a_gap_is_not_complete_and_comes_after_what_is_missing():
    known = Counts(
        dict.fromkeys(EVERYTHING, 1) | {"hours": 0},
        {"placeless": SetupGap(1, 7), "planless": SetupGap(1, 8)},
    )
    lines = checklist(known)
    assert {line.task.name: line.state for line in lines if line.gap} == {
        "doctors": PART, "payers": PART,
    }  # fmt: skip
    assert next_line(lines).task.name == "hours"


def test_doctors_without_any_place_are_missing():
    assert states({"placeless": SetupGap(2, 7)}, places=0)["doctors"] == MISSING


def test_the_gaps_are_found_and_lead_to_the_first_record(clinic: Clinic):
    placeless, unoffered, plan = a_doctor(), a_service(), a_plan()
    practice = a_practice(clinic.facility_id)
    found = counts()
    assert found.gaps["placeless"] == SetupGap(1, placeless.id)
    assert found.gaps["unoffered"] == SetupGap(1, unoffered.id)
    assert found.gaps["unaccepted"] == SetupGap(1, plan.id)
    assert found.gaps["hourless"].records == 1
    assert "stepless" not in found.gaps
    hours(practice)
    book(practice)
    found = counts()
    assert "hourless" not in found.gaps
    assert found.have["visit"] == 1


def test_the_owner_lands_on_the_checklist(owner: Browser):
    assert owner.get("/").location == "/setup/"
    shown = owner.get("/setup/").text
    assert "0 of 11 done." in shown
    assert re.search(r'class="button primary"\s+href="/facilities/new"', shown)


def test_every_page_and_empty_list_leads_back_to_it(owner: Browser):
    shown = owner.get("/doctors/").text
    assert "Back to the setup checklist" in shown
    assert "See the setup checklist" in shown
    assert "Back to the setup checklist" not in owner.get("/setup/coverage").text


def test_the_board_of_a_clinic_without_a_facility_says_what_comes_first(owner: Browser):
    response = owner.get("/appointments/day")
    assert response.status_code == 404
    assert "There is no facility to book at yet" in response.text
    assert 'href="/facilities/new"' in response.text


def test_it_is_put_away_when_visits_can_be_booked_only(owner: Browser):
    owner.get("/setup/")
    response = owner.send("/setup/dismissal")
    assert response.status_code == 409
    assert "is still missing" in response.text
    assert owner.get("/").location == "/setup/"


def test_a_clinic_that_works_puts_it_away_and_takes_it_out(alder: Clinic, browser: Browser):
    with on_monday(), alder.at_work():
        practice = a_practice(alder.facility_id)
        hours(practice)
        book(practice)
    browser.sign_in(alder.owner)
    browser.get("/setup/")
    assert browser.send("/setup/restoration").location == "/setup/"
    assert browser.get("/").location == "/setup/"
    assert browser.send("/setup/dismissal").location == "/appointments/day"
    assert browser.get("/").status_code == 200
    assert "Restore the checklist" in browser.get("/setup/").text
    changed = [entry.new_values for entry in alder.entries("tenants.update")]
    assert [values["settings"].get("checklist") for values in changed] == ["open", None]


def test_who_does_not_manage_the_clinic_is_not_bothered(alder: Clinic, browser: Browser):
    browser.sign_in(alder.owner)
    browser.get("/setup/")
    browser.send("/setup/restoration")
    desk = Browser(browser.application).sign_in(alder.desk)
    assert desk.get("/").status_code == 200
    assert "checklist" not in desk.get("/facilities/").text
    assert desk.get("/setup/").status_code == 403


def test_who_is_limited_to_some_facilities_is_not_led_to_opening_one(
    alder: Clinic, browser: Browser
):
    browser.sign_in(alder.hire("part", "admin", facility_ids=(alder.facility_id,)))
    shown = browser.get("/setup/").text
    assert 'href="/facilities/new"' not in shown
    assert 'href="/facilities/"' in shown


@pytest.mark.parametrize("more", [0, 5])
def test_more_of_everything_asks_no_more_of_the_database(alder: Clinic, browser: Browser, more):
    with on_monday(), alder.at_work():
        for _ in range(more):
            hours(a_practice(alder.facility_id))
            a_plan(alder.facility_id)
    browser.sign_in(alder.owner)
    with at_most(9):
        browser.get("/setup/")
