"""The kinds of steps: adding, changing, and who takes their minutes."""

import pytest

from portal.db import session
from portal.services.commands.workflows import (
    StepDetails,
    StepTemplateDetails,
    WorkflowDetails,
    add_step_template,
    add_workflow,
)
from portal.services.queries.workflows import get_workflow
from tests.support.scheduling import a_plan, a_practice
from tests.support.statements import at_most

TYPED = {"name": "Intake", "default_duration_minutes": "15", "requires_location": "y"}


def test_a_step_is_added_and_listed(browser, alder):
    browser.sign_in(alder.owner)
    assert "No step types yet" in browser.get("/services/steps/").text
    assert browser.send("/services/steps/new", TYPED).status_code == 303
    shown = browser.get("/services/steps/").text
    assert "Intake can be used in workflows." in shown
    assert ">15</td>" in shown


@pytest.mark.parametrize("minutes", ["", "0", "1441"])
def test_minutes_that_cannot_be_are_refused(browser, alder, minutes):
    browser.sign_in(alder.owner)
    response = browser.send(
        "/services/steps/new", TYPED | {"default_duration_minutes": minutes}, htmx=True
    )
    assert response.status_code == 422
    assert 'value="Intake"' in response.text


def test_changed_minutes_reach_the_workflows_that_take_them(browser, alder):
    with alder.at_work():
        template = add_step_template(StepTemplateDetails("Intake", 10))
        practice = a_practice(alder.facility_id)
        steps = (StepDetails(template.id), StepDetails(template.id, 5))
        own = add_workflow(WorkflowDetails(practice.offering.id, "Long", steps, a_plan().id))
    browser.sign_in(alder.owner)
    address = f"/services/steps/{template.id}/edit"
    assert "1 workflow takes these minutes" in browser.get(address).text
    assert browser.send(address, TYPED).status_code == 303
    with alder.at_work():
        session.expire_all()
        assert get_workflow(own.id).total_estimated_minutes == 20


def test_who_does_not_see_every_facility_changes_no_minutes_that_workflows_take(browser, alder):
    with alder.at_work():
        template = add_step_template(StepTemplateDetails("Intake", 10))
        alone = add_step_template(StepTemplateDetails("Not taken yet", 10))
        practice = a_practice(alder.facility_id)
        steps = (StepDetails(template.id),)
        own = add_workflow(WorkflowDetails(practice.offering.id, "Long", steps, a_plan().id))
    browser.sign_in(alder.hire("sam", "admin", facility_ids=(alder.facility_id,)))
    address = f"/services/steps/{template.id}/edit"
    refused = browser.send(address, TYPED)
    assert refused.status_code == 422
    assert "You do not see every facility." in refused.text
    same = TYPED | {"name": "Intake and vitals", "default_duration_minutes": "10"}
    assert browser.send(address, same).status_code == 303
    assert browser.send(f"/services/steps/{alone.id}/edit", TYPED).status_code == 303
    with alder.at_work():
        session.expire_all()
        assert get_workflow(own.id).total_estimated_minutes == 10


def test_the_list_asks_once_however_many_there_are(browser, alder):
    with alder.at_work():
        for number in range(55):
            add_step_template(StepTemplateDetails(f"Step {number:02}", 5))
    browser.sign_in(alder.clinician)
    with at_most(2):
        assert browser.get("/services/steps/").text.count('<th scope="row">') == 50
    assert "Step 07" in browser.fragment("/services/steps/?q=07").text
