"""The catalogue, who offers it where, and the steps a visit takes under each plan."""

import pytest

from portal.errors import NotFound
from portal.services.commands.catalogue import (
    OfferingDetails,
    ServiceDetails,
    ServiceOffered,
    add_service,
    change_offering,
    change_service,
    offer_service,
    retire_service,
)
from portal.services.commands.workflows import (
    StepDetails,
    StepTemplateDetails,
    WorkflowDetails,
    WorkflowTaken,
    add_step_template,
    add_workflow,
    change_step_template,
    change_workflow,
    end_workflow,
)
from portal.services.queries.catalogue import (
    find_offering,
    get_service,
    list_offerings,
    list_services,
)
from portal.services.queries.workflows import (
    get_workflow,
    list_step_templates,
    list_workflow_steps,
    list_workflows,
    workflow_for,
    workflows_not_as_long_as_their_steps,
)
from portal.services.rules import (
    MinutesOutOfRange,
    ServiceNameMissing,
    VisitTooLong,
    WorkflowWithoutSteps,
)
from tests.support.scheduling import a_doctor, a_plan, a_practice


@pytest.fixture
def practice(clinic):
    return a_practice(clinic.facility_id)


@pytest.fixture
def template(clinic):
    return add_step_template(StepTemplateDetails("Intake", 10))


def steps_of(workflow) -> list[int]:
    return [step.minutes for step in list_workflow_steps(workflow.id)]


def test_the_plans_own_workflow_answers_else_the_default(practice, template):
    plan, other = a_plan(), a_plan()
    steps = (StepDetails(template.id), StepDetails(template.id, 25))
    own = add_workflow(WorkflowDetails(practice.offering.id, "Long", steps, plan.id))
    assert (own.total_estimated_minutes, steps_of(own)) == (35, [10, 25])
    assert workflow_for(practice.offering.id, plan.id).id == own.id
    default = workflow_for(practice.offering.id, None)
    assert default.insurance_plan_id is None
    assert workflow_for(practice.offering.id, other.id).id == default.id
    end_workflow(own)
    assert workflow_for(practice.offering.id, plan.id).id == default.id


def test_there_is_one_workflow_for_an_offering_and_plan(practice, template):
    again = WorkflowDetails(practice.offering.id, "Second default", (StepDetails(template.id),))
    with pytest.raises(WorkflowTaken):
        add_workflow(again)


def test_a_changed_workflow_is_a_new_one_and_the_old_keeps_its_steps(practice, template):
    old = workflow_for(practice.offering.id, None)
    details = WorkflowDetails(practice.offering.id, "Shorter", (StepDetails(template.id),))
    new = change_workflow(old, details)
    assert (new.total_estimated_minutes, steps_of(old)) == (10, [15, 15])
    assert workflow_for(practice.offering.id, None).id == new.id
    assert not get_workflow(old.id).active
    assert len(list_workflows(offering_id=practice.offering.id, active_only=False)) == 2


def test_a_template_that_changes_changes_totals_with_it(practice, template):
    details = WorkflowDetails(practice.offering.id, "Default", (StepDetails(template.id),))
    workflow = change_workflow(workflow_for(practice.offering.id, None), details)
    change_step_template(template, StepTemplateDetails("Intake", 20))
    assert steps_of(workflow) == [20]
    assert workflows_not_as_long_as_their_steps() == []


def test_what_no_visit_can_be_is_refused(practice, template):
    offering = practice.offering.id
    with pytest.raises(WorkflowWithoutSteps):
        add_workflow(WorkflowDetails(offering, "Empty", ()))
    with pytest.raises(VisitTooLong):
        add_workflow(WorkflowDetails(offering, "Days", (StepDetails(template.id, 1000),) * 2))
    with pytest.raises(MinutesOutOfRange):
        add_workflow(WorkflowDetails(offering, "None", (StepDetails(template.id, 0),)))
    with pytest.raises(NotFound):
        add_workflow(WorkflowDetails(offering, "Unknown", (StepDetails(1),)))
    with pytest.raises(ServiceNameMissing):
        add_service(ServiceDetails(name=" "))


def test_one_doctor_offers_a_service_once_at_a_facility(clinic, practice):
    ids = (practice.service.id, practice.doctor.id, clinic.facility_id)
    with pytest.raises(ServiceOffered):
        offer_service(*ids)
    with pytest.raises(MinutesOutOfRange) as refused:
        change_offering(practice.offering, OfferingDetails(buffer_after_minutes=241))
    assert refused.value.field == "buffer_after_minutes"
    found = find_offering(
        service_id=practice.service.id, doctor_id=practice.doctor.id, facility_id=clinic.facility_id
    )
    assert found is practice.offering


def test_offerings_are_listed_with_names_and_minutes(clinic, practice):
    other = a_doctor(clinic.facility_id)
    offer_service(practice.service.id, other.id, clinic.facility_id, OfferingDetails(45))
    rows = list_offerings(service_id=practice.service.id)
    assert {(row.doctor_id, row.minutes) for row in rows} == {
        (practice.doctor.id, 30),
        (other.id, 45),
    }
    assert [row.doctor_id for row in list_offerings(doctor_id=other.id)] == [other.id]


def test_a_retired_service_is_gone_from_lists(clinic, practice):
    change_service(practice.service, ServiceDetails("Check-up", 20, code="C-1"))
    assert [each.name for each in list_services(facility_id=clinic.facility_id)] == ["Check-up"]
    retire_service(practice.service)
    assert list_services() == list_offerings() == []
    with pytest.raises(NotFound):
        get_service(practice.service.id)


def test_step_templates_are_listed_by_name(template):
    add_step_template(StepTemplateDetails("Examination", 15))
    assert [each.name for each in list_step_templates()] == ["Examination", "Intake"]
