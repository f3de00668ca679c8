"""The steps of a visit: their templates, and the workflow of an offering or of one plan."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import partial

from sqlalchemy import select

from portal.db import session
from portal.errors import N_, Conflict, DomainError, NotFound, all_of, refusing
from portal.facilities.visits import require_sight_of_all
from portal.schema.services import ServiceWorkflow, StepTemplate, WorkflowStep
from portal.services.queries.use import count_workflows_by_template
from portal.services.queries.workflows import step_details
from portal.services.rules import check_minutes, check_steps, checked_name
from portal.tenancy.context import request_context


class WorkflowTaken(Conflict):
    message = N_("An active workflow exists already for this offering and plan.")
    field = "insurance_plan_id"


class DayTooShort(DomainError):
    message = N_("With these minutes an appointment would take more than a day.")
    field = "default_duration_minutes"


class WorkflowEnded(Conflict):
    message = N_("This workflow has ended meanwhile, and no other took its place.")


CONSTRAINTS = {"uq_service_workflows_active": WorkflowTaken}
LONGEST = {"ck_service_workflows_longest": DayTooShort}


@dataclass(frozen=True)
class StepTemplateDetails:
    name: str
    default_duration_minutes: int
    description: str | None = None
    requires_location: bool = True


@dataclass(frozen=True)
class StepDetails:
    """A step in its place; None minutes are the template's."""

    step_template_id: int
    duration_minutes: int | None = None
    location_type: str | None = None
    requires_preparation: bool = False
    can_be_skipped: bool = False


@dataclass(frozen=True)
class WorkflowDetails:
    """A workflow in full; no plan makes it the default of its offering."""

    service_offering_id: int
    name: str
    steps: tuple[StepDetails, ...]
    insurance_plan_id: int | None = None


def add_step_template(details: StepTemplateDetails) -> StepTemplate:
    """Raises NameMissing, MinutesOutOfRange."""
    template = StepTemplate()
    _describe(template, details)
    session.add(template)
    session.flush()
    return template


def change_step_template(template: StepTemplate, details: StepTemplateDetails) -> StepTemplate:
    """Booked visits keep their minutes.

    Raises:
        NameMissing, MinutesOutOfRange.
        DayTooShort: a visit with this step would be too long.
        SeesNotAll: workflows follow, and whoever asks is limited to some facilities.
    """
    minutes = details.default_duration_minutes
    if minutes != template.default_duration_minutes and count_workflows_by_template(template.id):
        require_sight_of_all()
    with refusing(LONGEST):
        _describe(template, details)
    return template


def add_workflow(details: WorkflowDetails) -> ServiceWorkflow:
    """Add the default or one plan's workflow.

    Raises:
        WorkflowTaken: the offering and plan have an active one.
        WorkflowWithoutSteps, VisitTooLong, MinutesOutOfRange, NameMissing: as they say.
    """
    _check_steps(details.steps)
    with refusing(CONSTRAINTS):
        workflow = ServiceWorkflow(
            service_offering_id=details.service_offering_id,
            insurance_plan_id=details.insurance_plan_id,
            name=checked_name(details.name),
        )
        session.add(workflow)
        session.flush()
        session.add_all(_steps(workflow.id, details.steps))
    session.refresh(workflow)
    return workflow


def change_workflow(workflow: ServiceWorkflow, details: WorkflowDetails) -> ServiceWorkflow:
    """Put a new workflow in the place of this one, which ends; the same again changes nothing.

    Raises as `add_workflow`.

    Visits keep the steps they were booked with, and these point at the workflow's own: so the
    old one is never rewritten.
    """
    if (workflow.name, _details_of(workflow.id)) == (details.name, details.steps):
        return workflow
    with session.begin_nested():
        end_workflow(workflow)
        return add_workflow(details)


def end_workflow(workflow: ServiceWorkflow) -> None:
    """It answers for no new booking; visits booked under it keep their steps."""
    workflow.active = False
    session.flush()


def check_step_template(details: StepTemplateDetails) -> None:
    """Whether such a kind of step could be added. Raises as `add_step_template`."""
    _describe(StepTemplate(), details)


def _describe(template: StepTemplate, details: StepTemplateDetails) -> None:
    minutes = details.default_duration_minutes
    _minutes, template.name = all_of(
        (
            partial(check_minutes, minutes, "default_duration_minutes"),
            partial(checked_name, details.name),
        )
    )
    template.description = details.description
    template.default_duration_minutes = details.default_duration_minutes
    template.requires_location = details.requires_location


def _details_of(workflow_id: int) -> tuple[StepDetails, ...]:
    names = [each.name for each in fields(StepDetails)]
    return tuple(
        StepDetails(**{name: getattr(step, name) for name in names})
        for step in step_details(workflow_id)
    )


def _check_steps(steps: Sequence[StepDetails]) -> None:
    for step in steps:
        check_minutes(step.duration_minutes, "duration_minutes")
    defaults = _default_minutes({step.step_template_id for step in steps})
    check_steps([step.duration_minutes or defaults[step.step_template_id] for step in steps])


def _default_minutes(template_ids: set[int]) -> dict[int, int]:
    rows = session.execute(
        select(StepTemplate.id, StepTemplate.default_duration_minutes).where(
            StepTemplate.tenant_id == request_context().tenant_id, StepTemplate.id.in_(template_ids)
        )
    )
    found = {row.id: row.default_duration_minutes for row in rows}
    if found.keys() != template_ids:
        raise NotFound
    return found


def _steps(workflow_id: int, steps: Sequence[StepDetails]) -> list[WorkflowStep]:
    return [
        WorkflowStep(
            service_workflow_id=workflow_id,
            position=position,
            step_template_id=step.step_template_id,
            duration_minutes=step.duration_minutes,
            location_type=step.location_type,
            requires_preparation=step.requires_preparation,
            can_be_skipped=step.can_be_skipped,
        )
        for position, step in enumerate(steps, start=1)
    ]
