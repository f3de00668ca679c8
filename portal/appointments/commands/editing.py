"""Editing a booked visit: its notes, plan, service, language. It stays when it is."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import text

from portal import clock
from portal.appointments.commands import acts
from portal.appointments.commands.refusal import CONSTRAINTS
from portal.appointments.commands.visit import lock
from portal.appointments.queries.visits import list_steps
from portal.appointments.rules.editing import (
    NEW,
    SAME,
    NoneChosen,
    NotEditable,
    TimeOfAnotherService,
    TooLongThere,
    what_becomes,
)
from portal.appointments.rules.visits import (
    LIVE,
    NotOffered,
    NoWorkflow,
    PlanNotAccepted,
    Times,
    times,
)
from portal.db import session
from portal.errors import refusing
from portal.facilities.queries import zone_of
from portal.insurance.queries.acceptance import find_plan_at
from portal.scheduling.openings.listing import (
    OpeningQuery,
    StepPlan,
    nearest_openings,
    planned_steps,
)
from portal.scheduling.openings.reasons import why_not
from portal.scheduling.rules import SlotTaken
from portal.scheduling.slots import seats
from portal.scheduling.slots.locks import lock_doctors
from portal.scheduling.slots.queries import get_slot
from portal.scheduling.times import Span, local_date
from portal.schema.appointments import Appointment
from portal.schema.services import ServiceOffering, ServiceWorkflow
from portal.services.queries.catalogue import get_offering
from portal.services.queries.workflows import workflow_for
from portal.sql import statement
from portal.tenancy.context import request_context

REPLACE_STEPS = text("""
    UPDATE appointment_steps SET replaced_at = :now
     WHERE tenant_id = :tenant_id AND appointment_id = :appointment_id AND replaced_at IS NULL
""")
PLAN_STEPS = statement("appointments/steps_planned")


@dataclass(frozen=True)
class EditDetails:
    """An appointment as it is edited; no plan is self-pay."""

    offering_id: int
    plan_id: int | None
    notes: str | None
    language: str | None


@dataclass(frozen=True)
class Edited:
    """The outcome of an edit.

    Attributes:
        what: the plan and the service, when one of them was changed; else empty.
        becomes: whether the steps stay: SAME, BEGUN, or NEW.
        span: when the visit is now, and `before`, when it was.
        steps: the new steps.
    """

    what: str
    becomes: str
    span: Span
    before: Span
    steps: Sequence[StepPlan] = ()

    def fingerprint(self) -> str:
        """Empty when steps and length stay as they are: nothing need be shown first."""
        if not self.what or self.becomes == SAME:
            return ""
        steps = [(step.name, step.minutes) for step in self.steps]
        return f"{self.what} {self.becomes} {self.span} {steps}"


def details_of(appointment: Appointment) -> EditDetails:
    """A visit as it is."""
    return EditDetails(
        appointment.service_offering_id, appointment.insurance_plan_id, appointment.notes,
        appointment.language,
    )  # fmt: skip


def edit_appointment(appointment: Appointment, to: EditDetails) -> Edited:
    """Change what a visit says; steps that no longer answer are replaced unless one has begun.

    Raises:
        NotEditable: it is over.
        PlanNotAccepted, NotOffered, NoWorkflow, ServiceBegun: the change cannot be.
        TooLongThere, TimeOfAnotherService: with `.alternatives`; PatientBusy.
    """
    lock_doctors([appointment.doctor_id])
    lock(appointment)
    before, was = details_of(appointment), Span(appointment.start_at, appointment.end_at)
    if appointment.status not in LIVE:
        raise NotEditable
    if to == before:
        return Edited("", SAME, was, was)
    workflow = _workflow(appointment, to)
    becomes = _becomes(appointment, to, workflow)
    try:
        with refusing(CONSTRAINTS), acts.recorded(appointment, "edit"):
            if becomes == NEW and workflow is not None:
                _plan_anew(appointment, get_offering(to.offering_id), workflow)
            _write(appointment, to)
    except SlotTaken as taken:
        session.refresh(appointment)
        wanted = OpeningQuery(offering_id=to.offering_id, plan_id=to.plan_id)
        taken.alternatives = tuple(nearest_openings(wanted, appointment.start_at))
        raise
    same = (before.offering_id, before.plan_id) == (to.offering_id, to.plan_id)
    steps = planned_steps(workflow.id, was.start) if workflow and becomes == NEW else ()
    now = Span(appointment.start_at, appointment.end_at)
    return Edited("" if same else f"{to.offering_id}/{to.plan_id}", becomes, now, was, steps)


def pay_oneself(appointment: Appointment) -> Edited:
    """The patient pays: self-pay instead of the plan. Raises as `edit_appointment`."""
    is_now = details_of(appointment)
    return edit_appointment(
        appointment, EditDetails(is_now.offering_id, None, is_now.notes, is_now.language)
    )


def pay_themselves(visits: Sequence[Appointment]) -> None:
    """Several patients pay, as one act.

    Raises NoneChosen, and as `edit_appointment`; then nothing is changed.
    """
    if not visits:
        raise NoneChosen
    lock_doctors(sorted({visit.doctor_id for visit in visits}))
    with session.begin_nested(), acts.as_one():
        for visit in visits:
            pay_oneself(visit)


def _workflow(appointment: Appointment, to: EditDetails) -> ServiceWorkflow | None:
    """The steps that answer for a changed plan or service; None when neither changes."""
    other_service = to.offering_id != appointment.service_offering_id
    other_plan = to.plan_id != appointment.insurance_plan_id
    if other_service:
        _check_offering(appointment, get_offering(to.offering_id))
    if other_plan and to.plan_id is not None:
        _check_plan(appointment, to.plan_id)
    if not other_service and not other_plan:
        return None
    workflow = workflow_for(to.offering_id, to.plan_id)
    if workflow is None:
        raise NoWorkflow(field="service_id")
    return workflow


def _check_offering(appointment: Appointment, offering: ServiceOffering) -> None:
    location = (offering.doctor_id, offering.facility_id)
    if location != (appointment.doctor_id, appointment.facility_id) or not offering.active:
        raise NotOffered(field="service_id")


def _check_plan(appointment: Appointment, plan_id: int) -> None:
    plan = find_plan_at(appointment.facility_id, plan_id)
    day = local_date(appointment.start_at, zone_of(appointment.facility_id))
    if plan is None or plan.gap_on(day) is not None:
        raise PlanNotAccepted


def _becomes(appointment: Appointment, to: EditDetails, workflow: ServiceWorkflow | None) -> str:
    begun = any(step.status != "scheduled" for step in list_steps(appointment.id))
    return what_becomes(
        same_workflow=workflow is None or workflow.id == appointment.service_workflow_id,
        begun=begun or appointment.status == "in_progress",
        same_service=to.offering_id == appointment.service_offering_id,
    )


def _plan_anew(
    appointment: Appointment, offering: ServiceOffering, workflow: ServiceWorkflow
) -> None:
    """The new steps from the same start, and the doctor's time for as long as they take."""
    taken = times(
        appointment.start_at, workflow.total_estimated_minutes,
        offering.buffer_before_minutes, offering.buffer_after_minutes,
    )  # fmt: skip
    _seat_for(appointment, offering, workflow, taken)
    appointment.end_at = taken.visit.end
    appointment.service_offering_id = offering.id
    appointment.service_workflow_id = workflow.id
    session.flush()
    known = {"tenant_id": request_context().tenant_id, "appointment_id": appointment.id}
    session.execute(REPLACE_STEPS, known | {"now": clock.now()})
    session.execute(PLAN_STEPS, known)


def _seat_for(
    appointment: Appointment, offering: ServiceOffering, workflow: ServiceWorkflow, to: Times
) -> None:
    """Keep the seat for another length. Who sat beside it already is in nobody's way."""
    slot_id = appointment.availability_slot_id
    if slot_id is None:
        return
    slot = get_slot(slot_id)
    own = slot.created_from_rule_id is None
    if not own and slot.service_offering_id not in (None, offering.id):
        raise TimeOfAnotherService
    beside = acts.snapshot(appointment)["beside"]
    seats.give_back_seat(appointment)
    seats.release_holds(appointment.doctor_id)
    too_long = seats.is_taken(appointment.doctor_id, to.busy, but=[slot_id, *beside])
    longer = to.visit.end > appointment.end_at
    if too_long or (longer and not own and _hours_end(appointment, offering, workflow)):
        raise TooLongThere(minutes=to.visit.minutes)
    seats.take_seat(slot_id, to.busy)


def _hours_end(
    appointment: Appointment, offering: ServiceOffering, workflow: ServiceWorkflow
) -> bool:
    """Whether the doctor's hours end before the visit would."""
    plan_id = workflow.insurance_plan_id
    reasons = why_not(offering.id, plan_id, appointment.start_at)
    return any(reason.code == "too_short" for reason in reasons)


def _write(appointment: Appointment, to: EditDetails) -> None:
    appointment.insurance_plan_id, appointment.language = to.plan_id, to.language
    if appointment.notes != to.notes:
        appointment.notes = to.notes
    appointment.updated_by = request_context().user_id
    session.flush()
