"""Offerings and workflows as rows of a table.

Each has the names that its screen shows, is bounded by the caller and filtered as its screen is.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, func, select

from portal.db import session
from portal.schema.doctors import Doctor
from portal.schema.facilities import Facility
from portal.schema.insurance import InsurancePlan
from portal.schema.services import (
    Service,
    ServiceOffering,
    ServiceWorkflow,
    StepTemplate,
    WorkflowStep,
)
from portal.sorting import having
from portal.tenancy.context import request_context


def list_offerings(
    *, query: str = "", service_id: int | None = None, limit: int, offset: int = 0
) -> Sequence[Any]:
    """Which doctor offers which service where, and how."""
    offering = ServiceOffering
    statement = _named_offerings(
        offering.active,
        offering.visibility,
        func.coalesce(offering.default_duration_minutes, Service.default_duration_minutes).label(
            "minutes"
        ),
        offering.buffer_before_minutes.label("before"),
        offering.buffer_after_minutes.label("after"),
    ).where(*having(query, Doctor.display_name))
    if service_id is not None:
        statement = statement.where(offering.service_id == service_id)
    return session.execute(statement.limit(limit).offset(offset)).all()


def list_workflow_steps(*, query: str = "", limit: int, offset: int = 0) -> Sequence[Any]:
    """The steps of every active workflow, in their order."""
    flow, step, template, plan = ServiceWorkflow, WorkflowStep, StepTemplate, InsurancePlan
    tenant = ServiceOffering.tenant_id
    statement = (
        _named_offerings(
            plan.name.label("plan"),
            flow.name.label("workflow"),
            step.position,
            template.name.label("step"),
            func.coalesce(step.duration_minutes, template.default_duration_minutes).label(
                "minutes"
            ),
            step.location_type,
            step.requires_preparation,
            step.can_be_skipped,
        )
        .join(
            flow,
            (flow.tenant_id == tenant) & (flow.service_offering_id == ServiceOffering.id),
        )
        .outerjoin(plan, (plan.tenant_id == tenant) & (plan.id == flow.insurance_plan_id))
        .outerjoin(step, (step.tenant_id == tenant) & (step.service_workflow_id == flow.id))
        .outerjoin(
            template, (template.tenant_id == tenant) & (template.id == step.step_template_id)
        )
        .where(flow.active, *having(query, Service.name, Doctor.display_name, Facility.name))
        .order_by(plan.sort_name.nulls_first(), flow.id, step.position)
    )
    return session.execute(statement.limit(limit).offset(offset)).all()


def _named_offerings(*columns: Any) -> Select[*tuple[Any, ...]]:
    """Offerings of what is not retired or closed, by service, doctor and facility."""
    offering, tenant = ServiceOffering, ServiceOffering.tenant_id
    return (
        select(
            Service.name.label("service"),
            Service.code,
            Doctor.display_name.label("doctor"),
            Facility.name.label("facility"),
            *columns,
        )
        .select_from(offering)
        .join(Service, (Service.tenant_id == tenant) & (Service.id == offering.service_id))
        .join(Doctor, (Doctor.tenant_id == tenant) & (Doctor.id == offering.doctor_id))
        .join(Facility, (Facility.tenant_id == tenant) & (Facility.id == offering.facility_id))
        .where(
            tenant == request_context().tenant_id,
            Service.deleted_at.is_(None),
            Doctor.deleted_at.is_(None),
            Facility.deleted_at.is_(None),
        )
        .order_by(
            Service.sort_name,
            Doctor.sort_last_name,
            Doctor.sort_first_name,
            Facility.sort_name,
            offering.id,
        )
    )
