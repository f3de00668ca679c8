"""Wherever a start is missing the screen says why, with the page that changes it for who may."""

import pytest

from portal.availability.commands.exceptions import ExceptionDetails, add_exception
from portal.availability.commands.weekly import end_rule
from portal.availability.queries.places import get_place_of
from portal.availability.queries.weekly import list_rules
from portal.services.commands.workflows import end_workflow
from portal.services.queries.workflows import list_workflows
from tests.support.scheduling import a_plan, a_practice, book, chicago, hours, on_monday


@pytest.fixture
def work(alder):
    """A practice with hours this Monday alone, from eight to ten, at seven o'clock."""
    with on_monday():
        with alder.at_work():
            practice = a_practice(alder.facility_id)
            hours(practice, end="10:00", valid_to=chicago(2, "08:00").date())
        yield practice


def offers(browser, practice, **more) -> str:
    """The starts of that Monday, as the booking dialog asks for them."""
    asked = {"service_id": practice.service.id, "day": "2026-03-02"} | more
    return browser.send("/appointments/offers", asked, htmx=True).text


def test_an_absence_is_named_and_led_to(browser, alder, work):
    with alder.at_work():
        span = chicago(2, "00:00"), chicago(3, "00:00")
        exception = add_exception(
            ExceptionDetails(work.doctor.id, work.facility_id, *span, "blocked", "Congress")
        )
    address = f'href="/availability/exceptions/{exception.id}/edit"'
    html = offers(browser.sign_in(alder.admin), work)
    assert f"{work.doctor.display_name}: The doctor is away then: Congress" in html
    assert address in html
    assert address in browser.get("/appointments/day?date=2026-03-02").text
    html = offers(browser.sign_in(alder.desk), work)
    assert "The doctor is away then: Congress" in html
    assert address not in html


def test_a_day_without_hours_leads_to_the_hours(browser, alder, work):
    with alder.at_work():
        [rule] = list_rules(doctor_id=work.doctor.id)
        end_rule(rule)
        place = get_place_of(work.doctor.id, work.facility_id).id
    html = offers(browser.sign_in(alder.admin), work)
    assert "Not scheduled that day." in html
    assert f'href="/availability/{place}"' in html


def test_a_plan_that_is_not_accepted_leads_to_the_acceptance(browser, alder, work):
    with alder.at_work():
        plan = a_plan()
    html = offers(browser.sign_in(alder.admin), work, insurance_plan_id=plan.id)
    assert f'href="/insurance/acceptance/{work.facility_id}/{plan.id}"' in html


def test_steps_that_are_missing_lead_to_the_workflows(browser, alder, work):
    with alder.at_work():
        [workflow] = list_workflows(offering_id=work.offering.id)
        end_workflow(workflow)
    html = offers(browser.sign_in(alder.admin), work)
    assert "No workflow says which steps this visit takes." in html
    assert f'href="/services/offerings/{work.offering.id}/workflows"' in html


def test_a_day_that_is_full_says_so(browser, alder, work):
    with alder.at_work():
        for at in ("08:00", "08:30", "09:00", "09:30"):
            book(work, at)
    html = offers(browser.sign_in(alder.desk), work)
    assert "Every opening of that day is taken, or too short for this." in html


def test_a_refused_move_says_why_and_what_is_still_possible(browser, alder, work):
    with alder.at_work():
        visit = book(work, "08:00")
        book(work, "09:00")
    browser.sign_in(alder.desk).get("/appointments/day")
    sent = {"doctor_id": work.doctor.id, "start_at": "2026-03-02T09:00"}
    refused = browser.send(f"/appointments/{visit.id}/move", sent)
    assert refused.status_code == 409
    assert "That time is booked." in refused.text
    # a gesture sends an instant: it comes back as one that the field can hold
    at = browser.send(f"/appointments/{visit.id}/move", sent | {"start_at": "2026-03-02T15:00:00Z"})
    assert 'value="2026-03-02T09:00"' in at.text
    assert "Still possible:" in refused.text
    assert "Mar 2, 2026, 09:30" in refused.text
    instead = sent | {"start_at": chicago(2, "09:30").isoformat()}
    assert browser.send(f"/appointments/{visit.id}/move", instead).status_code == 303


def test_a_day_that_was_asked_for_is_not_passed_over_in_silence(browser, alder, work):
    with alder.at_work():
        hours(work, day=2)
        span = chicago(2, "00:00"), chicago(3, "00:00")
        add_exception(ExceptionDetails(work.doctor.id, work.facility_id, *span, "emergency", "Ill"))
    html = offers(browser.sign_in(alder.desk), work)
    assert "Nothing is free on Monday, March 2, 2026." in html
    assert "The doctor is away then: Ill" in html
    assert 'id="day-2026-03-03" name="day" value="2026-03-03" checked' in html
