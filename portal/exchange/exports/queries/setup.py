"""A clinic's setup, as rows of a table: each with the names that its screen shows.

Each is bounded by the caller and filtered as its screen is.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, Select, func, select

from portal.db import session
from portal.schema.availability import AvailabilityRule
from portal.schema.doctors import Doctor, FacilityDoctor
from portal.schema.facilities import Facility
from portal.schema.insurance import FacilityInsurancePlan, InsurancePlan, InsuranceProvider
from portal.schema.services import (
    Service,
    ServiceOffering,
    ServiceWorkflow,
    StepTemplate,
    WorkflowStep,
)
from portal.sorting import having
from portal.tenancy.context import request_context

Rows = Sequence[Row[Any]]


def list_payer_plans(*, query: str = "", limit: int, offset: int = 0) -> Rows:
    """Each plan with its payer, and payers that have none."""
    payer, plan = InsuranceProvider, InsurancePlan
    statement = (
        select(
            payer.name.label("payer"),
            payer.website,
            payer.contact["phone"].astext.label("phone"),
            payer.contact["email"].astext.label("email"),
            plan.plan_code,
            plan.name.label("plan"),
            plan.effective_from,
            plan.effective_to,
        )
        .outerjoin(
            plan, (plan.tenant_id == payer.tenant_id) & (plan.insurance_provider_id == payer.id)
        )
        .where(
            payer.tenant_id == request_context().tenant_id,
            *having(query, payer.name, plan.name, plan.plan_code),
        )
        .order_by(payer.sort_name, payer.id, plan.sort_name, plan.id)
    )
    return _rows(statement, limit, offset)


def list_acceptance(*, query: str = "", at: str = "", limit: int, offset: int = 0) -> Rows:
    """The terms of each facility for each plan; pairs without any are left out."""
    acceptance, facility = FacilityInsurancePlan, Facility
    payer, plan, tenant = InsuranceProvider, InsurancePlan, FacilityInsurancePlan.tenant_id
    statement = (
        select(
            facility.name.label("facility"),
            payer.name.label("payer"),
            plan.plan_code,
            plan.name.label("plan"),
            acceptance.enabled,
            acceptance.accepted_since,
            acceptance.accepted_until,
            acceptance.notes,
        )
        .join(facility, (facility.tenant_id == tenant) & (facility.id == acceptance.facility_id))
        .join(plan, (plan.tenant_id == tenant) & (plan.id == acceptance.insurance_plan_id))
        .join(payer, (payer.tenant_id == tenant) & (payer.id == plan.insurance_provider_id))
        .where(
            tenant == request_context().tenant_id,
            facility.deleted_at.is_(None),
            *having(query, plan.name, plan.plan_code, payer.name),
            *having(at, facility.name),
        )
        .order_by(facility.sort_name, payer.sort_name, plan.sort_name, acceptance.id)
    )
    return _rows(statement, limit, offset)


def list_offerings(
    *, query: str = "", service_id: int | None = None, limit: int, offset: int = 0
) -> Rows:
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
    return _rows(statement, limit, offset)


def list_workflow_steps(*, query: str = "", limit: int, offset: int = 0) -> Rows:
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
    return _rows(statement, limit, offset)


def list_hours(*, query: str = "", limit: int, offset: int = 0) -> Rows:
    """The weekly hours that hold, of doctors who have their place, as an import takes them."""
    rule = AvailabilityRule
    statement = (
        _named_rules()
        .where(*having(query, Doctor.display_name, Doctor.specialty, Facility.name))
        .order_by(
            Doctor.sort_last_name, Doctor.sort_first_name, Doctor.id, Facility.sort_name,
            rule.day_of_week, rule.start_time, rule.id,
        )
    )  # fmt: skip
    return _rows(statement, limit, offset)


def _named_rules() -> Select[*tuple[Any, ...]]:
    """Rules that hold at places that stand, with their names; no NPI: the name stands for it."""
    rule, location, offering = AvailabilityRule, FacilityDoctor, ServiceOffering
    tenant = rule.tenant_id
    at_place = (location.doctor_id == rule.doctor_id) & (location.facility_id == rule.facility_id)
    return (
        select(
            func.coalesce(Doctor.npi, Doctor.display_name).label("npi"),
            Doctor.display_name.label("doctor"),
            Facility.name.label("facility"),
            rule.day_of_week,
            rule.start_time,
            rule.end_time,
            rule.slot_duration_minutes,
            rule.slot_interval_minutes,
            Service.name.label("service"),
            rule.capacity,
            rule.valid_from,
            rule.valid_to,
            Facility.timezone.label("zone"),
        )
        .join(Doctor, (Doctor.tenant_id == tenant) & (Doctor.id == rule.doctor_id))
        .join(Facility, (Facility.tenant_id == tenant) & (Facility.id == rule.facility_id))
        .join(location, (location.tenant_id == tenant) & at_place & location.active)
        .outerjoin(
            offering, (offering.tenant_id == tenant) & (offering.id == rule.service_offering_id)
        )
        .outerjoin(Service, (Service.tenant_id == tenant) & (Service.id == offering.service_id))
        .where(
            tenant == request_context().tenant_id,
            rule.active,
            Doctor.deleted_at.is_(None),
            Facility.deleted_at.is_(None),
        )
    )


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


def _rows(statement: Select[*tuple[Any, ...]], limit: int, offset: int) -> Rows:
    return session.execute(statement.limit(limit).offset(offset)).all()
