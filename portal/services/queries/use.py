"""Uses that a change would affect: doctors with a service, plans of a workflow, visits.

Visits belong to a higher area, which this one does not import: it asks for its table by name.
"""

from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, func, or_, select

from portal import clock
from portal.db import db, session
from portal.facilities.queries import today_at
from portal.schema.insurance import FacilityInsurancePlan
from portal.schema.services import ServiceOffering, ServiceWorkflow, WorkflowStep
from portal.tenancy.context import request_context

LIVE = ("scheduled", "checked_in", "in_progress")


class Use(NamedTuple):
    """How many plans a workflow answers for, and coming visits that were booked under it."""

    plans: int
    visits: int


def count_offerings(service_id: int) -> int:
    """How many doctors' places offer a service at present."""
    return _count(
        ServiceOffering,
        ServiceOffering.tenant_id == request_context().tenant_id,
        ServiceOffering.service_id == service_id,
        ServiceOffering.active,
    )


def count_coming_visits(*, service_id: int | None = None, offering_id: int | None = None) -> int:
    """How many visits of a service, or of one offering, are still to come or under way."""
    offerings = select(ServiceOffering.id).where(
        ServiceOffering.tenant_id == request_context().tenant_id,
        ServiceOffering.service_id == service_id
        if offering_id is None
        else ServiceOffering.id == offering_id,
    )
    visits = _visits()
    return _count(visits, visits.c.service_offering_id.in_(offerings), *_coming(visits))


def count_workflows_by_template(template_id: int) -> int:
    """How many active workflows take a template's own minutes, and so follow when they change."""
    steps = select(WorkflowStep.service_workflow_id).where(
        WorkflowStep.tenant_id == request_context().tenant_id,
        WorkflowStep.step_template_id == template_id,
        WorkflowStep.duration_minutes.is_(None),
    )
    return _count(
        ServiceWorkflow,
        ServiceWorkflow.tenant_id == request_context().tenant_id,
        ServiceWorkflow.active,
        ServiceWorkflow.id.in_(steps),
    )


def use_of(offering: ServiceOffering, plan_id: int | None) -> Use:
    """The uses of the workflow of an offering and plan (None: the default).

    A default answers for every plan that the facility accepts and that has no workflow of its
    own. Visits booked under an earlier version count too: they came the same way.
    """
    visits = _visits()
    versions = select(ServiceWorkflow.id).where(
        ServiceWorkflow.tenant_id == request_context().tenant_id,
        ServiceWorkflow.service_offering_id == offering.id,
        ServiceWorkflow.insurance_plan_id.is_not_distinct_from(plan_id),
    )
    booked = _count(visits, visits.c.service_workflow_id.in_(versions), *_coming(visits))
    return Use(_plans_by_default(offering) if plan_id is None else 1, booked)


def _plans_by_default(offering: ServiceOffering) -> int:
    accepted = FacilityInsurancePlan
    today = today_at(offering.facility_id)
    own = select(ServiceWorkflow.insurance_plan_id).where(
        ServiceWorkflow.tenant_id == request_context().tenant_id,
        ServiceWorkflow.service_offering_id == offering.id,
        ServiceWorkflow.active,
        ServiceWorkflow.insurance_plan_id.is_not(None),
    )
    return _count(
        accepted,
        accepted.tenant_id == request_context().tenant_id,
        accepted.facility_id == offering.facility_id,
        accepted.enabled,
        or_(accepted.accepted_until.is_(None), accepted.accepted_until >= today),
        accepted.insurance_plan_id.not_in(own),
    )


def _visits() -> Any:
    return db.metadata.tables["appointments"]


def _coming(visits: Any) -> tuple[ColumnElement[bool], ...]:
    return (
        visits.c.tenant_id == request_context().tenant_id,
        visits.c.status.in_(LIVE),
        visits.c.end_at > clock.now(),
    )


def _count(table: Any, *where: Any) -> int:
    return session.scalar(select(func.count()).select_from(table).where(*where)) or 0
