"""Booking a visit: into a start on offer, or at a time of its own."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select, text

from portal import clock
from portal.appointments import queries
from portal.appointments.commands import seats
from portal.appointments.models import Appointment
from portal.appointments.queries import Offer, Reason, Wanted
from portal.appointments.rules import (
    DoctorBusy,
    DoesNotFit,
    NotOffered,
    NoWorkflow,
    OverbookingNotAllowed,
    PatientNotActive,
    PlanNotAccepted,
    SlotTaken,
    StartPassed,
    times,
    whole_minute,
)
from portal.availability.commands import lock_doctors
from portal.availability.queries import get_slot
from portal.availability.rules import Span, local_date
from portal.db import session
from portal.patients.models import Patient
from portal.refusals import Conflict, DomainError, NotFound, refusing
from portal.services.models import ServiceOffering
from portal.services.queries import get_offering, workflow_for
from portal.tenancy.context import facts

INSERT_STEPS = text("""
    INSERT INTO appointment_steps (tenant_id, row_uid, appointment_id, workflow_step_id,
                                   step_template_id, position, scheduled_start_at,
                                   scheduled_end_at, status)
    SELECT :tenant_id, gen_random_uuid(), :appointment_id, step.id, step.step_template_id,
           step.position,
           CAST(:start_at AS timestamptz)
               + (sum(minutes) OVER (ORDER BY step.position) - minutes) * interval '1 minute',
           CAST(:start_at AS timestamptz)
               + sum(minutes) OVER (ORDER BY step.position) * interval '1 minute',
           'scheduled'
      FROM workflow_steps step
      JOIN step_templates template
        ON template.tenant_id = step.tenant_id AND template.id = step.step_template_id
     CROSS JOIN LATERAL (
           SELECT COALESCE(step.duration_minutes, template.default_duration_minutes) AS minutes) m
     WHERE step.tenant_id = :tenant_id AND step.service_workflow_id = :workflow_id
""")


class BookedAlready(Conflict):
    """The one-time key has booked a visit; booking answers with that visit."""


class Chosen(NamedTuple):
    """Where a visit goes: the offer, the slot whose seat it takes, and if it is squeezed in."""

    offer: Offer
    slot_id: int
    overbooked: bool = False


CONSTRAINTS = seats.CONSTRAINTS | {"uq_appointments_booking_key": BookedAlready}


@dataclass(frozen=True)
class BookingDetails:
    """What a booking says. The start is a slot or an instant; no plan is self-pay.

    `overbook_reason` is only read for a visit at a time of its own (`walk_in`).
    """

    patient_id: int
    offering_id: int
    slot_id: int | None = None
    start_at: datetime | None = None
    plan_id: int | None = None
    notes: str | None = None
    language: str | None = None
    booking_key: UUID | None = None
    overbook_reason: str | None = None


def book_appointment(details: BookingDetails) -> Appointment:
    """Book a visit into a start on offer; the same one-time key books once and answers the same.

    Raises:
        SlotTaken (SlotHeld, DoesNotFit): the start is not there any more; with `.alternatives`.
        PatientBusy, PatientNotActive, PlanNotAccepted, NoWorkflow, NotOffered, StartPassed.
        NotFound: no such patient, offering or slot.
    """

    def at_offer(offering: ServiceOffering) -> Chosen:
        at = start_of(details)
        wanted = Wanted(offering_id=offering.id, plan_id=details.plan_id)
        offer = queries.find_offer(replace(wanted, slot_id=details.slot_id), at)
        if offer is None:
            raise refusal(wanted, at)
        return Chosen(offer, offer.slot_id)

    return _book(details, at_offer)


def walk_in(details: BookingDetails, *, may_overbook: bool = False) -> Appointment:
    """Book a visit that makes its own slot: a walk-in (now), or a time that no rule offers.

    Raises:
        DoctorBusy: the doctor is taken then, and no reason to overbook is given.
        OverbookingNotAllowed: a reason is given, but not the permission.
        Others: as `book_appointment`.
    """

    def at_own_slot(offering: ServiceOffering) -> Chosen:
        offer = _own_offer(details, offering)
        overbooked = seats.is_taken(offer.doctor_id, Span(offer.busy_from, offer.busy_until))
        if overbooked:
            _check_overbooking(details, may_overbook)
        return Chosen(offer, seats.make_slot(offer, overbooked=overbooked), overbooked)

    return _book(details, at_own_slot)


def start_of(details: BookingDetails) -> datetime:
    """The instant a booking is for; raises NotFound for an unknown slot."""
    if details.slot_id is not None:
        return get_slot(details.slot_id).start_at
    return details.start_at or whole_minute(clock.now())


def refusal(wanted: Wanted, at: datetime) -> DomainError:
    """Why a start cannot be booked, as the refusal staff read, with other starts where it helps."""
    reasons = queries.why_not(wanted.offering_id or 0, wanted.plan_id, at)
    error = _decisive(reasons) or SlotTaken()
    if isinstance(error, SlotTaken):
        error.alternatives = tuple(queries.nearest_offers(wanted, at))
    return error


def _decisive(reasons: Sequence[Reason]) -> DomainError | None:
    """The refusal of the reason that decides first."""
    for kind, codes in KINDS.items():
        for reason in reasons:
            if reason.code in codes:
                return kind(**reason.params)
    return None


# What decides first: a refusal, and the reasons it stands for.
KINDS: dict[type[DomainError], frozenset[str]] = {
    NotOffered: frozenset(
        {"offering_inactive", "service_retired", "doctor_retired", "facility_closed", "no_place"}
    ),
    PlanNotAccepted: frozenset(
        {"plan_not_effective", "plan_not_accepted", "plan_outside_contract"}
    ),
    NoWorkflow: frozenset({"no_workflow"}),
    StartPassed: frozenset({"passed"}),
    DoesNotFit: frozenset({"too_short"}),
}
# What stands against a visit at any time, whatever slots there are.
STANDING = (NotOffered, PlanNotAccepted, NoWorkflow)


def _book(details: BookingDetails, choose: Callable[[ServiceOffering], Chosen]) -> Appointment:
    """Lock in the fixed order (doctor, slot, patient), choose a seat, take it, write the visit."""
    offering = get_offering(details.offering_id)
    lock_doctors([offering.doctor_id])
    booked = queries.find_by_booking_key(details.booking_key)
    if booked is not None:
        return booked
    seats.release_holds(offering.doctor_id)
    try:
        with refusing(CONSTRAINTS):
            return _write(details, choose(offering))
    except BookedAlready:
        return _already_booked(details)
    except SlotTaken as taken:
        wanted = Wanted(offering_id=offering.id, plan_id=details.plan_id)
        taken.alternatives = taken.alternatives or tuple(
            queries.nearest_offers(wanted, start_of(details))
        )
        raise


def _write(details: BookingDetails, chosen: Chosen) -> Appointment:
    offer = chosen.offer
    seats.take_seat(chosen.slot_id, Span(offer.busy_from, offer.busy_until))
    _lock_patient(details.patient_id)
    appointment = Appointment(
        patient_id=details.patient_id,
        facility_id=offer.facility_id,
        doctor_id=offer.doctor_id,
        service_offering_id=offer.offering_id,
        availability_slot_id=chosen.slot_id,
        service_workflow_id=offer.workflow_id,
        insurance_plan_id=details.plan_id,
        start_at=offer.start_at,
        end_at=offer.end_at,
        status="scheduled",
        overbooked=chosen.overbooked,
        overbook_reason=details.overbook_reason if chosen.overbooked else None,
        language=details.language,
        booking_key=details.booking_key,
        updated_by=facts().user_id,
    )
    if details.notes:
        appointment.notes = details.notes
    session.add(appointment)
    session.flush()
    session.execute(
        INSERT_STEPS,
        {
            "tenant_id": facts().tenant_id,
            "appointment_id": appointment.id,
            "start_at": offer.start_at,
            "workflow_id": offer.workflow_id,
        },
    )
    return appointment


def _already_booked(details: BookingDetails) -> Appointment:
    booked = queries.find_by_booking_key(details.booking_key)
    if booked is None:
        raise Conflict
    return booked


def _lock_patient(patient_id: int) -> None:
    """Two bookings of one patient wait for each other here, not at the constraint."""
    status = session.scalar(
        select(Patient.status)
        .where(
            Patient.tenant_id == facts().tenant_id,
            Patient.id == patient_id,
            Patient.deleted_at.is_(None),
        )
        .with_for_update(key_share=True)
    )
    if status is None:
        raise NotFound
    if status != "active":
        raise PatientNotActive


def _own_offer(details: BookingDetails, offering: ServiceOffering) -> Offer:
    """What would be on offer if a slot of the visit's own length started then."""
    at = whole_minute(details.start_at or clock.now())
    error = _decisive(queries.why_not(offering.id, details.plan_id, at))
    workflow = workflow_for(offering.id, details.plan_id)
    if isinstance(error, STANDING):
        raise error
    if workflow is None:
        raise NoWorkflow
    zone = queries.zone_of(offering.facility_id)
    if local_date(at, zone) < local_date(clock.now(), zone):
        raise StartPassed
    taken = times(
        at,
        workflow.total_estimated_minutes,
        offering.buffer_before_minutes,
        offering.buffer_after_minutes,
    )
    return Offer(
        0,
        offering.doctor_id,
        offering.facility_id,
        offering.id,
        workflow.id,
        taken.visit.start,
        taken.visit.end,
        zone,
        taken.busy.start,
        taken.busy.end,
    )


def _check_overbooking(details: BookingDetails, allowed: bool) -> None:
    if not (details.overbook_reason or "").strip():
        raise DoctorBusy
    if not allowed:
        raise OverbookingNotAllowed
