"""Reads of step templates and workflows."""

from collections.abc import Collection, Sequence
from typing import NamedTuple

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import aliased

from portal.db import session
from portal.errors import NotFound
from portal.schema.services import ServiceOffering, ServiceWorkflow, StepTemplate, WorkflowStep
from portal.sql import statement
from portal.tenancy.context import request_context

MINUTES = statement("services/workflows_miscounted")


class PlannedStep(NamedTuple):
    """A step of a workflow with its minutes resolved."""

    workflow_step_id: int
    step_template_id: int
    position: int
    name: str
    minutes: int
    location_type: str | None
    requires_preparation: bool
    can_be_skipped: bool


def get_step_template(template_id: int) -> StepTemplate:
    """Raises NotFound."""
    template = session.scalar(
        select(StepTemplate).where(
            StepTemplate.tenant_id == request_context().tenant_id, StepTemplate.id == template_id
        )
    )
    if template is None:
        raise NotFound
    return template


def list_step_templates(
    *, ids: Collection[int] | None = None, limit: int = 300
) -> Sequence[StepTemplate]:
    """Kinds of steps by name; these alone, if any are named."""
    if ids is not None and not ids:
        return []
    of_these = [] if ids is None else [StepTemplate.id.in_(ids)]
    return session.scalars(
        select(StepTemplate)
        .where(StepTemplate.tenant_id == request_context().tenant_id, *of_these)
        .order_by(StepTemplate.sort_name, StepTemplate.id)
        .limit(limit)
    ).all()


def get_workflow(workflow_id: int) -> ServiceWorkflow:
    """A workflow, active or not; raises NotFound."""
    workflow = session.scalar(_workflows().where(ServiceWorkflow.id == workflow_id))
    if workflow is None:
        raise NotFound
    return workflow


def get_active_workflow(workflow_id: int) -> ServiceWorkflow:
    """A workflow that answers for new bookings; raises NotFound."""
    workflow = get_workflow(workflow_id)
    if not workflow.active:
        raise NotFound
    return workflow


def find_active_workflow(offering_id: int, plan_id: int | None) -> ServiceWorkflow | None:
    """The active workflow of exactly this plan (None: the default), if there is one."""
    return session.scalar(
        _workflows().where(
            ServiceWorkflow.active,
            ServiceWorkflow.service_offering_id == offering_id,
            ServiceWorkflow.insurance_plan_id.is_not_distinct_from(plan_id),
        )
    )


def workflow_for(offering_id: int, plan_id: int | None) -> ServiceWorkflow | None:
    """The workflow that answers for an offering and plan: the plan's own, else the default."""
    own = ServiceWorkflow.insurance_plan_id
    return session.scalar(
        _workflows()
        .where(
            ServiceWorkflow.active,
            ServiceWorkflow.service_offering_id == offering_id,
            ServiceWorkflow.total_estimated_minutes > 0,
            or_(own == plan_id, own.is_(None)),
        )
        .order_by(own.asc().nulls_last())
        .limit(1)
    )


def find_alike(offering_id: int) -> ServiceWorkflow | None:
    """The usual steps of the same service elsewhere: what a new offering's most likely are.

    The same doctor's come first, then those changed last.
    """
    mine, other = aliased(ServiceOffering), ServiceOffering
    own = ServiceWorkflow.insurance_plan_id
    return session.scalar(
        _workflows()
        .join(
            other,
            (other.tenant_id == ServiceWorkflow.tenant_id)
            & (other.id == ServiceWorkflow.service_offering_id),
        )
        .join(mine, (mine.tenant_id == other.tenant_id) & (mine.service_id == other.service_id))
        .where(
            ServiceWorkflow.active,
            ServiceWorkflow.total_estimated_minutes > 0,
            own.is_(None),
            mine.id == offering_id,
            other.id != offering_id,
        )
        .order_by(
            (other.doctor_id == mine.doctor_id).desc(),
            ServiceWorkflow.updated_at.desc(),
            ServiceWorkflow.id,
        )
        .limit(1)
    )


def list_workflows(
    *, offering_id: int | None = None, active_only: bool = True, limit: int = 500
) -> Sequence[ServiceWorkflow]:
    """Workflows, an offering's default first."""
    statement = (
        _workflows()
        .order_by(
            ServiceWorkflow.service_offering_id,
            ServiceWorkflow.insurance_plan_id.asc().nulls_first(),
            ServiceWorkflow.id,
        )
        .limit(limit)
    )
    if offering_id is not None:
        statement = statement.where(ServiceWorkflow.service_offering_id == offering_id)
    if active_only:
        statement = statement.where(ServiceWorkflow.active)
    return session.scalars(statement).all()


def list_workflow_steps(workflow_id: int) -> list[PlannedStep]:
    """A workflow's steps in order, each with its own minutes or its template's."""
    return steps_of([workflow_id])[workflow_id]


def steps_of(workflow_ids: Sequence[int]) -> dict[int, list[PlannedStep]]:
    """The steps of several workflows, in one statement."""
    step, template = WorkflowStep, StepTemplate
    rows = session.execute(
        select(
            step.service_workflow_id,
            step.id,
            step.step_template_id,
            step.position,
            template.name,
            func.coalesce(step.duration_minutes, template.default_duration_minutes),
            step.location_type,
            step.requires_preparation,
            step.can_be_skipped,
        )
        .join(
            template,
            (template.tenant_id == step.tenant_id) & (template.id == step.step_template_id),
        )
        .where(
            step.tenant_id == request_context().tenant_id,
            step.service_workflow_id.in_(workflow_ids),
        )
        .order_by(step.service_workflow_id, step.position, step.id)
    )
    found: dict[int, list[PlannedStep]] = {workflow_id: [] for workflow_id in workflow_ids}
    for workflow_id, *values in rows:
        found[workflow_id].append(PlannedStep._make(values))
    return found


def step_details(workflow_id: int) -> Sequence[WorkflowStep]:
    """A workflow's steps as they were typed: no minutes are the template's."""
    return session.scalars(
        select(WorkflowStep)
        .where(
            WorkflowStep.tenant_id == request_context().tenant_id,
            WorkflowStep.service_workflow_id == workflow_id,
        )
        .order_by(WorkflowStep.position, WorkflowStep.id)
    ).all()


def workflows_not_as_long_as_their_steps() -> Sequence[str]:
    """Workflows whose total is not the sum of their steps, one line each."""
    return session.scalars(MINUTES, {"tenant_id": request_context().tenant_id}).all()


def _workflows() -> Select[ServiceWorkflow]:
    return select(ServiceWorkflow).where(ServiceWorkflow.tenant_id == request_context().tenant_id)
