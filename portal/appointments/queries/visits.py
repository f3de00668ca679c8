"""Reads of single visits and their steps."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Select, select

from portal.db import session
from portal.errors import NotFound
from portal.schema.appointments import Appointment, AppointmentStep
from portal.schema.doctors import Doctor
from portal.schema.facilities import Facility
from portal.schema.insurance import InsurancePlan, InsuranceProvider
from portal.schema.services import Service, ServiceOffering, StepTemplate, WorkflowStep
from portal.tenancy.context import request_context


class StepRow(NamedTuple):
    """A step of a visit as its page shows it; notes stay sealed in the entity."""

    id: int
    position: int
    name: str
    status: str
    scheduled_start_at: datetime
    scheduled_end_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    location: str | None
    location_type: str | None
    requires_location: bool
    requires_preparation: bool
    can_be_skipped: bool


class VisitContext(NamedTuple):
    """The names around a visit."""

    service_name: str
    service_code: str | None
    doctor_name: str
    facility_name: str
    zone: str
    plan_name: str | None
    payer_name: str | None


def get_appointment(appointment_id: int) -> Appointment:
    """Raises NotFound."""
    appointment = session.scalar(_appointments().where(Appointment.id == appointment_id))
    if appointment is None:
        raise NotFound
    return appointment


def find_by_booking_key(booking_key: UUID | None) -> Appointment | None:
    """The visit that a one-time key has booked already."""
    if booking_key is None:
        return None
    return session.scalar(_appointments().where(Appointment.booking_key == booking_key))


def list_coming(patient_id: int, now: datetime, *, limit: int = 200) -> Sequence[Appointment]:
    """A patient's appointments that are still to come, the next first."""
    return session.scalars(
        _appointments()
        .where(
            Appointment.patient_id == patient_id,
            Appointment.status == "scheduled",
            Appointment.start_at > now,
        )
        .order_by(Appointment.start_at, Appointment.id)
        .limit(limit)
    ).all()


def get_context(appointment: Appointment) -> VisitContext:
    """The names a visit's page shows."""
    offering, service, plan, payer = ServiceOffering, Service, InsurancePlan, InsuranceProvider
    row = session.execute(
        select(
            service.name, service.code, Doctor.display_name, Facility.name, Facility.timezone,
            plan.name, payer.name,
        )
        .select_from(Appointment)
        .join(
            offering,
            (offering.tenant_id == Appointment.tenant_id)
            & (offering.id == Appointment.service_offering_id),
        )
        .join(
            service,
            (service.tenant_id == offering.tenant_id) & (service.id == offering.service_id),
        )
        .join(
            Doctor,
            (Doctor.tenant_id == Appointment.tenant_id) & (Doctor.id == Appointment.doctor_id),
        )
        .join(
            Facility,
            (Facility.tenant_id == Appointment.tenant_id)
            & (Facility.id == Appointment.facility_id),
        )
        .outerjoin(
            plan,
            (plan.tenant_id == Appointment.tenant_id) & (plan.id == Appointment.insurance_plan_id),
        )
        .outerjoin(
            payer,
            (payer.tenant_id == plan.tenant_id) & (payer.id == plan.insurance_provider_id),
        )
        .where(Appointment.tenant_id == request_context().tenant_id,
               Appointment.id == appointment.id)
    ).one()  # fmt: skip
    return VisitContext._make(row)


def get_step(appointment_id: int, step_id: int) -> AppointmentStep:
    """Raises NotFound."""
    step = session.scalar(
        select(AppointmentStep).where(
            AppointmentStep.tenant_id == request_context().tenant_id,
            AppointmentStep.appointment_id == appointment_id,
            AppointmentStep.id == step_id,
            AppointmentStep.replaced_at.is_(None),
        )
    )
    if step is None:
        raise NotFound
    return step


def list_steps(appointment_id: int) -> Sequence[AppointmentStep]:
    """A visit's steps in order."""
    return session.scalars(
        select(AppointmentStep)
        .where(
            AppointmentStep.tenant_id == request_context().tenant_id,
            AppointmentStep.appointment_id == appointment_id,
            AppointmentStep.replaced_at.is_(None),
        )
        .order_by(AppointmentStep.position, AppointmentStep.id)
    ).all()


def list_step_rows(appointment_id: int) -> list[StepRow]:
    """A visit's steps in order, with what their templates and workflow say."""
    step, template, planned = AppointmentStep, StepTemplate, WorkflowStep
    rows = session.execute(
        select(
            step.id,
            step.position,
            template.name,
            step.status,
            step.scheduled_start_at,
            step.scheduled_end_at,
            step.started_at,
            step.finished_at,
            step.location,
            planned.location_type,
            template.requires_location,
            planned.requires_preparation,
            planned.can_be_skipped,
        )
        .join(
            template,
            (template.tenant_id == step.tenant_id) & (template.id == step.step_template_id),
        )
        .join(
            planned,
            (planned.tenant_id == step.tenant_id) & (planned.id == step.workflow_step_id),
        )
        .where(
            step.tenant_id == request_context().tenant_id,
            step.appointment_id == appointment_id,
            step.replaced_at.is_(None),
        )
        .order_by(step.position, step.id)
    )
    return [StepRow._make(row) for row in rows]


def skippable_steps(appointment_id: int) -> set[int]:
    """The ids of the steps that the workflow lets staff skip."""
    return {step.id for step in list_step_rows(appointment_id) if step.can_be_skipped}


def _appointments() -> Select[Appointment]:
    return select(Appointment).where(Appointment.tenant_id == request_context().tenant_id)
