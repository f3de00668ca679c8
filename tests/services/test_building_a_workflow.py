"""The workflow builder: steps in order, what publishing would do, and doing it."""

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from portal.db import session
from portal.services.commands.catalogue import OfferingDetails, offer_service
from portal.services.commands.workflows import StepTemplateDetails, add_step_template
from portal.services.forms.workflows import rearranged
from portal.services.queries.workflows import list_workflow_steps, list_workflows
from tests.support.people import Clinic
from tests.support.scheduling import Practice, a_doctor, a_plan, a_practice, book, hours, on_monday
from tests.support.statements import at_most


@pytest.fixture
def practice(alder: Clinic) -> Practice:
    with on_monday(), alder.at_work():
        made = a_practice(alder.facility_id)
        hours(made)
        book(made)
        return made


@pytest.fixture
def step_id(alder: Clinic) -> int:
    with alder.at_work():
        return add_step_template(StepTemplateDetails("Blood draw", 10)).id


def typed(*steps: tuple[int, str], **more: str) -> dict[str, str]:
    """The builder's fields: a template and its minutes for each step."""
    rows = {}
    for place, (template_id, minutes) in enumerate(steps):
        rows |= {
            f"steps-{place}-key": f"n{place}",
            f"steps-{place}-step_template_id": str(template_id),
            f"steps-{place}-duration_minutes": minutes,
            f"steps-{place}-location_type": f"room {minutes}",
        }
    return {"name": "Default"} | rows | more


def seen(html: str) -> str:
    found = re.search(r'name="confirmation_token"[^>]*value="([0-9a-f]{32})"', html)
    assert found, html
    return found[1]


def minutes(clinic: Clinic, practice: Practice, plan_id: int | None = None) -> list[int]:
    with clinic.at_work():
        session.expire_all()
        workflows = list_workflows(offering_id=practice.offering.id)
        [workflow] = [w for w in workflows if w.insurance_plan_id == plan_id]
        steps = [step.minutes for step in list_workflow_steps(workflow.id)]
        assert workflow.total_estimated_minutes == sum(steps)
        return steps


def builder(clinic: Clinic, practice: Practice) -> str:
    with clinic.at_work():
        [workflow] = list_workflows(offering_id=practice.offering.id)
        return f"/services/workflows/{workflow.id}/edit"


def test_publishing_is_shown_first_and_then_done(browser, alder, practice, step_id):
    browser.sign_in(alder.owner)
    with on_monday():
        address = builder(alder, practice)
        form = typed((step_id, ""), (step_id, "25"))
        shown = browser.send(address, form | {"do": "review"})
        assert shown.status_code == 200
        assert "New appointments take 35 minutes instead of 30." in shown.text
        assert "1 coming appointment" in shown.text
        assert minutes(alder, practice) == [15, 15]
        done = browser.send(
            address, form | {"do": "publish", "confirmation_token": seen(shown.text)}
        )
    assert done.status_code == 303
    assert minutes(alder, practice) == [10, 25]
    assert "35 min" in browser.get(done.location).text


def test_what_nobody_has_seen_is_not_published(browser, alder, practice, step_id):
    browser.sign_in(alder.owner)
    address = builder(alder, practice)
    shown = browser.send(address, typed((step_id, "5"), do="review")).text
    other = typed((step_id, "50"), do="publish", seen=seen(shown))
    again = browser.send(address, other, htmx=True)
    assert again.status_code == 200
    assert "Something changed since you looked." in again.text
    assert minutes(alder, practice) == [15, 15]


def test_buttons_put_steps_in_order_without_losing_what_is_typed(browser, alder, practice, step_id):
    browser.sign_in(alder.owner)
    address = builder(alder, practice)
    form = typed((step_id, "5"), (step_id, "77"), do="move-1-0")
    moved = browser.send(address, form, htmx=True).text
    assert moved.index("room 77") < moved.index("room 5")
    assert "82 min" in moved
    assert (
        browser.send(address, form | {"do": "add"}, htmx=True).text.count('<li class="card"') == 3
    )
    left = browser.send(address, form | {"do": "remove-0"}, htmx=True).text
    assert "room 77" in left
    assert "room 5" not in left


@pytest.mark.parametrize(
    ("steps", "reason"),
    [
        ((), "a visit has at least one step."),
        (("0",), "Between 1 and 1440 minutes."),
        (("1000", "1000"), "the steps take 2000 minutes; a visit takes 1440 at most."),
        (("soon",), "“soon” is not a whole number."),
    ],
)
def test_steps_that_cannot_be_are_refused_with_everything_kept(
    browser, alder, practice, step_id, steps, reason
):
    browser.sign_in(alder.owner)
    form = typed(*((step_id, each) for each in steps), do="review", name="Long way")
    response = browser.send(builder(alder, practice), form)
    assert response.status_code == 422
    assert reason in response.text
    assert "Long way" in response.text
    assert minutes(alder, practice) == [15, 15]


def test_a_plan_gets_steps_of_its_own_beside_the_usual_ones(browser, alder, practice, step_id):
    with alder.at_work():
        plan = a_plan(alder.facility_id)
        plan_id, plan_name = plan.id, plan.name
    browser.sign_in(alder.admin)
    address = f"/services/offerings/{practice.offering.id}/workflows/new"
    assert plan_name in browser.get(address).text
    form = typed((step_id, ""), insurance_plan_id=str(plan_id))
    mark = seen(browser.send(address, form | {"do": "review"}).text)
    done = browser.send(address, form | {"do": "publish", "confirmation_token": mark})
    assert minutes(alder, practice, plan_id) == [10]
    beside = browser.get(done.location).text
    assert plan_name in beside
    assert "added" in beside
    assert "left out" in beside


def test_ending_a_plans_workflow_says_what_follows(browser, alder, practice):
    browser.sign_in(alder.owner)
    with on_monday():
        address = builder(alder, practice).replace("edit", "ending")
        assert "1 coming appointment keeps its steps." in browser.get(address).text
    assert browser.send(address).status_code == 303
    shown = browser.get(f"/services/offerings/{practice.offering.id}/workflows").text
    assert "Nothing can be booked for this yet" in shown


def test_the_list_of_workflows_asks_once(browser, alder, practice):
    with alder.at_work():
        for _ in range(5):
            a_practice(alder.facility_id)
    browser.sign_in(alder.auditor)
    with at_most(2):
        assert browser.get("/services/workflows/").text.count('<th scope="row">') == 6
    found = browser.fragment(f"/services/workflows/?q={practice.service.name}").text
    assert practice.doctor.display_name in found


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(rows=st.integers(0, 6), moves=st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7))))
def test_moving_loses_no_step_and_no_field(rows, moves):
    form = MultiDict({f"steps-{n}-duration_minutes": str(n) for n in range(rows)} | {"name": "x"})
    for source, target in moves:
        form = rearranged(form, f"move-{source}-{target}")
    assert form["name"] == "x"
    kept = sorted(form[f"steps-{n}-duration_minutes"] for n in range(rows))
    assert kept == [str(n) for n in range(rows)]


def test_a_new_offering_begins_with_the_steps_of_the_same_service_elsewhere(
    browser, alder, practice
):
    with on_monday(), alder.at_work():
        doctor = a_doctor(alder.facility_id)
        other = offer_service(practice.service.id, doctor.id, alder.facility_id, OfferingDetails())
        known = list_workflow_steps(list_workflows(offering_id=practice.offering.id)[0].id)
    browser.sign_in(alder.admin)
    address = f"/services/offerings/{other.id}/workflows/new"
    shown = browser.get(address).text
    assert f"these are the steps with {practice.doctor.display_name}" in shown
    assert shown.count("data-place=") == len(known)
    steps = [(step.step_template_id, str(step.minutes)) for step in known]
    fields = typed(*steps, insurance_plan_id="")
    mark = seen(browser.send(address, fields | {"do": "review"}).text)
    assert (
        browser.send(address, fields | {"do": "publish", "confirmation_token": mark}).status_code
        == 303
    )
    assert minutes(alder, practice) == [step.minutes for step in known]
