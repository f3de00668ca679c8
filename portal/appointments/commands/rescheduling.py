"""Moving a visit: the new start is taken before the old one is let go, or nothing changes."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import text

from portal import clock
from portal.appointments.commands import acts
from portal.appointments.commands.refusal import CONSTRAINTS, refusal
from portal.appointments.commands.visit import check_in
from portal.appointments.rules.visits import (
    MOVABLE,
    DoctorBusyNow,
    MovedMeanwhile,
    VisitNotMovable,
    times,
    where,
    whole_minute,
)
from portal.db import session
from portal.errors import refusing
from portal.facilities.queries import zone_of
from portal.scheduling.openings.listing import OpeningQuery, find_opening, nearest_openings
from portal.scheduling.rules import Opening, SlotTaken
from portal.scheduling.slots import seats
from portal.scheduling.slots.locks import lock_doctors
from portal.scheduling.slots.queries import get_slot
from portal.scheduling.times import Span
from portal.schema.appointments import Appointment
from portal.schema.services import ServiceOffering
from portal.services.queries.catalogue import get_offering
from portal.tenancy.context import request_context

SHIFT_STEPS = text("""
    UPDATE appointment_steps
       SET scheduled_start_at = scheduled_start_at + :shift,
           scheduled_end_at = scheduled_end_at + :shift
     WHERE tenant_id = :tenant_id AND appointment_id = :appointment_id AND replaced_at IS NULL
""")


@dataclass(frozen=True)
class MoveDetails:
    """Where a visit goes: a slot or an instant; another offering is another doctor of the service.

    The visit keeps the steps and the minutes it was booked with. `moved_from` is where it was when
    somebody chose this, as `where` writes it; None asks nobody whether it is there still.
    """

    slot_id: int | None = None
    start_at: datetime | None = None
    offering_id: int | None = None
    moved_from: str | None = None


def reschedule_appointment(appointment: Appointment, details: MoveDetails) -> Appointment:
    """Move a visit that has not begun to another start on offer.

    A visit never clashes with itself. Moving it to where it is changes nothing.

    Raises:
        SlotTaken (DoesNotFit): with `.alternatives`; the old start stands.
        PatientBusy, PlanNotAccepted, NotOffered, StartPassed, NoWorkflow: likewise.
        VisitNotMovable: it has begun or is over.
        MovedMeanwhile: it is not where it was shown any more.
    """
    offering = get_offering(details.offering_id or appointment.service_offering_id)
    at = details.start_at if details.slot_id is None else get_slot(details.slot_id).start_at
    lock_doctors([appointment.doctor_id, offering.doctor_id])
    session.refresh(appointment, with_for_update=True)
    if appointment.status not in MOVABLE:
        raise VisitNotMovable
    at = at or appointment.start_at
    if (at, offering.id) == (appointment.start_at, appointment.service_offering_id):
        return appointment
    if details.moved_from not in (None, where(appointment.start_at, appointment.doctor_id)):
        raise MovedMeanwhile
    seats.release_holds(offering.doctor_id)
    wanted = OpeningQuery(
        offering_id=offering.id,
        plan_id=appointment.insurance_plan_id,
        minutes=Span(appointment.start_at, appointment.end_at).minutes,
    )
    try:
        with refusing(CONSTRAINTS), acts.recorded(appointment, "move"):
            _move(appointment, replace(wanted, slot_id=details.slot_id), at)
    except SlotTaken as taken:
        session.refresh(appointment)
        nearest = taken.alternatives or nearest_openings(wanted, at)
        taken.alternatives = tuple(each for each in nearest if not _is_there(appointment, each))
        raise
    return appointment


def arrive_now(appointment: Appointment) -> None:
    """Somebody comes on another day: their visit is moved to now, at its length, and checked in.

    Raises:
        DoctorBusy: the doctor is taken now. PatientBusy.
        VisitNotMovable: it has begun or is over.
    """
    offering, now = get_offering(appointment.service_offering_id), whole_minute(clock.now())
    lock_doctors([appointment.doctor_id])
    session.refresh(appointment, with_for_update=True)
    if appointment.status != "scheduled":
        raise VisitNotMovable
    seats.release_holds(appointment.doctor_id)
    with acts.as_one(), refusing(CONSTRAINTS):
        with acts.recorded(appointment, "move"):
            _take_now(appointment, _offer_at(appointment, offering, now))
        check_in(appointment)


def _take_now(appointment: Appointment, offer: Opening) -> None:
    seats.give_back_seat(appointment)
    busy = Span(offer.busy_from, offer.busy_until)
    if seats.is_taken(offer.doctor_id, busy):
        raise DoctorBusyNow
    slot_id = seats.make_slot(offer, overbooked=False)
    seats.take_seat(slot_id, busy)
    _shift_steps(appointment, offer.start_at - appointment.start_at)
    _write(appointment, offer._replace(slot_id=slot_id))


def _is_there(appointment: Appointment, offer: Opening) -> bool:
    """Whether a start is the one that a visit has."""
    return (offer.start_at, offer.offering_id) == (
        appointment.start_at, appointment.service_offering_id
    )  # fmt: skip


def _offer_at(appointment: Appointment, offering: ServiceOffering, at: datetime) -> Opening:
    """The opening that would be there if a slot of the visit's own length began then."""
    minutes = Span(appointment.start_at, appointment.end_at).minutes
    taken = times(at, minutes, offering.buffer_before_minutes, offering.buffer_after_minutes)
    return Opening(
        0, appointment.doctor_id, appointment.facility_id, offering.id,
        appointment.service_workflow_id, taken.visit.start, taken.visit.end,
        zone_of(appointment.facility_id), taken.busy.start, taken.busy.end,
    )  # fmt: skip


def _move(appointment: Appointment, wanted: OpeningQuery, at: datetime) -> None:
    """Inside one savepoint: with the old seat given back the visit cannot be in its own way."""
    seats.give_back_seat(appointment)
    offer = find_opening(wanted, at)
    if offer is None:
        chosen = wanted.slot_id is not None
        raise refusal(replace(wanted, slot_id=None), at, chosen=chosen)
    seats.take_seat(offer.slot_id, Span(offer.busy_from, offer.busy_until))
    _shift_steps(appointment, offer.start_at - appointment.start_at)
    _write(appointment, offer)


def _write(appointment: Appointment, offer: Opening) -> None:
    appointment.start_at, appointment.end_at = offer.start_at, offer.end_at
    appointment.availability_slot_id = offer.slot_id
    appointment.doctor_id, appointment.facility_id = offer.doctor_id, offer.facility_id
    appointment.service_offering_id = offer.offering_id
    appointment.confirmed_at = None
    appointment.overbooked, appointment.overbook_reason = False, None
    appointment.updated_by = request_context().user_id
    session.flush()


def _shift_steps(appointment: Appointment, shift: timedelta) -> None:
    session.execute(
        SHIFT_STEPS,
        {
            "tenant_id": request_context().tenant_id,
            "appointment_id": appointment.id,
            "shift": shift,
        },
    )
