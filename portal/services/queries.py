"""Every read of services, offerings, step templates and workflows."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import Select, func, or_, select

from portal.db import session
from portal.doctors.models import Doctor
from portal.facilities.models import Facility
from portal.refusals import NotFound
from portal.services.models import (
    Service,
    ServiceOffering,
    ServiceWorkflow,
    StepTemplate,
    WorkflowStep,
)
from portal.tenancy.context import facts


class OfferingRow(NamedTuple):
    """A service as one doctor offers it at one facility, with the names a list shows."""

    id: int
    service_id: int
    doctor_id: int
    facility_id: int
    service_name: str
    service_code: str | None
    category: str | None
    doctor_name: str
    facility_name: str
    zone: str
    active: bool
    minutes: int


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


def get_service(service_id: int) -> Service:
    """A living service; raises NotFound."""
    service = session.scalar(_living_services().where(Service.id == service_id))
    if service is None:
        raise NotFound
    return service


def list_services(*, facility_id: int | None = None, limit: int = 300) -> Sequence[Service]:
    """Living services by name; with a facility, those actively offered there."""
    statement = _living_services().order_by(Service.name, Service.id).limit(limit)
    if facility_id is not None:
        offered = select(ServiceOffering.service_id).where(
            ServiceOffering.tenant_id == facts().tenant_id,
            ServiceOffering.facility_id == facility_id,
            ServiceOffering.active,
        )
        statement = statement.where(Service.id.in_(offered))
    return session.scalars(statement).all()


def get_offering(offering_id: int) -> ServiceOffering:
    """Raises NotFound."""
    offering = session.scalar(
        select(ServiceOffering).where(
            ServiceOffering.tenant_id == facts().tenant_id, ServiceOffering.id == offering_id
        )
    )
    if offering is None:
        raise NotFound
    return offering


def find_offering(*, service_id: int, doctor_id: int, facility_id: int) -> ServiceOffering | None:
    return session.scalar(
        select(ServiceOffering).where(
            ServiceOffering.tenant_id == facts().tenant_id,
            ServiceOffering.service_id == service_id,
            ServiceOffering.doctor_id == doctor_id,
            ServiceOffering.facility_id == facility_id,
        )
    )


def list_offerings(
    *,
    facility_id: int | None = None,
    service_id: int | None = None,
    doctor_id: int | None = None,
    active_only: bool = True,
    limit: int = 500,
) -> list[OfferingRow]:
    """Offerings of living services, doctors and facilities, by service and doctor."""
    statement = _offering_rows().limit(limit)
    wanted = {
        ServiceOffering.facility_id: facility_id,
        ServiceOffering.service_id: service_id,
        ServiceOffering.doctor_id: doctor_id,
    }
    for column, value in wanted.items():
        if value is not None:
            statement = statement.where(column == value)
    if active_only:
        statement = statement.where(ServiceOffering.active)
    return [OfferingRow._make(row) for row in session.execute(statement)]


def get_step_template(template_id: int) -> StepTemplate:
    """Raises NotFound."""
    template = session.scalar(
        select(StepTemplate).where(
            StepTemplate.tenant_id == facts().tenant_id, StepTemplate.id == template_id
        )
    )
    if template is None:
        raise NotFound
    return template


def list_step_templates(*, limit: int = 300) -> Sequence[StepTemplate]:
    return session.scalars(
        select(StepTemplate)
        .where(StepTemplate.tenant_id == facts().tenant_id)
        .order_by(StepTemplate.name, StepTemplate.id)
        .limit(limit)
    ).all()


def get_workflow(workflow_id: int) -> ServiceWorkflow:
    """A workflow, active or not; raises NotFound."""
    workflow = session.scalar(_workflows().where(ServiceWorkflow.id == workflow_id))
    if workflow is None:
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
    step, template = WorkflowStep, StepTemplate
    rows = session.execute(
        select(
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
        .where(step.tenant_id == facts().tenant_id, step.service_workflow_id == workflow_id)
        .order_by(step.position, step.id)
    )
    return [PlannedStep._make(row) for row in rows]


def _living_services() -> Select[Service]:
    return select(Service).where(
        Service.tenant_id == facts().tenant_id, Service.deleted_at.is_(None)
    )


def _workflows() -> Select[ServiceWorkflow]:
    return select(ServiceWorkflow).where(ServiceWorkflow.tenant_id == facts().tenant_id)


def _offering_rows() -> Select[*tuple[Any, ...]]:
    offering, service, doctor, facility = ServiceOffering, Service, Doctor, Facility
    same_tenant = offering.tenant_id == facts().tenant_id
    return (
        select(
            offering.id,
            offering.service_id,
            offering.doctor_id,
            offering.facility_id,
            service.name,
            service.code,
            service.category,
            doctor.display_name,
            facility.name,
            facility.timezone,
            offering.active,
            func.coalesce(offering.default_duration_minutes, service.default_duration_minutes),
        )
        .join(
            service,
            (service.tenant_id == offering.tenant_id) & (service.id == offering.service_id),
        )
        .join(doctor, (doctor.tenant_id == offering.tenant_id) & (doctor.id == offering.doctor_id))
        .join(
            facility,
            (facility.tenant_id == offering.tenant_id) & (facility.id == offering.facility_id),
        )
        .where(
            same_tenant,
            service.deleted_at.is_(None),
            doctor.deleted_at.is_(None),
            facility.deleted_at.is_(None),
        )
        .order_by(service.name, doctor.last_name, doctor.first_name, offering.id)
    )
