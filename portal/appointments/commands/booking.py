"""Booking a visit: into a start on offer, or at a time of its own."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import TextClause

from portal import clock
from portal.appointments.commands import acts
from portal.appointments.commands.booking_statements import (
    BOOKED_OR_RELEASED,
    LOCK,
    LOCK_AND_PLAN,
    WRITE,
    book,
)
from portal.appointments.commands.refusal import CONSTRAINTS, STANDING, decisive, refusal
from portal.appointments.queries.visits import find_by_booking_key
from portal.appointments.rules.visits import (
    DoctorBusy,
    NoWorkflow,
    OverbookingNotAllowed,
    StartPassed,
    inactive,
    times,
    whole_minute,
)
from portal.db import Statement, hydrate, pipeline
from portal.errors import Conflict, DomainError, NotFound, execute_in_savepoint, refusing
from portal.facilities.queries import zone_of
from portal.phi.sealed import seal_field
from portal.scheduling.openings.listing import OpeningQuery, nearest_openings, search_asked
from portal.scheduling.openings.reasons import why_not
from portal.scheduling.rules import Opening, SlotTaken
from portal.scheduling.slots import seats
from portal.scheduling.slots.locks import DOCTORS
from portal.scheduling.slots.queries import get_slot
from portal.scheduling.times import Span, local_date
from portal.schema.appointments import Appointment
from portal.schema.services import ServiceOffering
from portal.services.queries.catalogue import get_offering
from portal.services.queries.workflows import workflow_for
from portal.tenancy.context import request_context


class BookedAlready(Conflict):
    """The one-time key has booked a visit; booking answers with that visit."""


REFUSED = CONSTRAINTS | {"uq_appointments_booking_key": BookedAlready}


@dataclass(frozen=True)
class BookingDetails:
    """A booking as it is typed. The start is a slot or an instant; no plan is self-pay.

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
    series_id: int | None = None


def book_appointment(details: BookingDetails) -> Appointment:
    """Book a visit into a start on offer; the same one-time key books once and answers the same.

    Raises:
        SlotTaken (SlotHeld, DoesNotFit): the start is not there any more; with `.alternatives`.
        PatientBusy, PatientNotActive, PlanNotAccepted, NoWorkflow, NotOffered, StartPassed.
        NotFound: no such patient, offering or slot.
    """

    wanted = OpeningQuery(offering_id=details.offering_id, plan_id=details.plan_id)
    at = None if details.slot_id else start_of(details)
    exact = replace(wanted, slot_id=details.slot_id, from_at=at, until_at=at)
    given, values = search_asked(exact)
    with _alternatives(details):
        return _write(details, book(given), values, before=(LOCK_AND_PLAN, _lock_values(details)))


def walk_in(details: BookingDetails, *, may_overbook: bool = False) -> Appointment:
    """Book a visit that makes its own slot: a walk-in (now), or a time that no rule offers.

    Raises:
        DoctorBusy: the doctor is taken then, and no reason to overbook is given.
        OverbookingNotAllowed: a reason is given, but not the permission.
        Others: as `book_appointment`.
    """

    booked = _begin(details)
    if booked is not None:
        return booked
    offering = get_offering(details.offering_id)
    with _alternatives(details), refusing(REFUSED):
        offer = _own_offer(details, offering)
        overbooked = seats.is_taken(offer.doctor_id, Span(offer.busy_from, offer.busy_until))
        if overbooked:
            _check_overbooking(details, may_overbook)
        slot_id = seats.make_slot(offer, overbooked=overbooked)
        values = offer._asdict() | {
            "slot_id": slot_id, "overbooked": overbooked,
            "overbook_reason": details.overbook_reason if overbooked else None,
        }  # fmt: skip
        return _write(details, WRITE, values)


def start_of(details: BookingDetails) -> datetime:
    """The instant a booking is for; raises NotFound for an unknown slot."""
    if details.slot_id is not None:
        return get_slot(details.slot_id).start_at
    return details.start_at or whole_minute(clock.now())


def _begin(details: BookingDetails) -> Appointment | None:
    """Lock the doctor and release what stands in the way; the visit that the key has booked."""
    values = _lock_values(details) | {
        "booking_key": details.booking_key, "user_id": request_context().user_id, "now": clock.now()
    }  # fmt: skip
    locked, booked = pipeline((LOCK, values), (BOOKED_OR_RELEASED, values))
    if not locked:
        raise NotFound
    return find_by_booking_key(details.booking_key) if booked else None


def _lock_values(details: BookingDetails) -> dict[str, Any]:
    return {
        "tenant_id": request_context().tenant_id, "space": DOCTORS,
        "offering_id": details.offering_id
    }  # fmt: skip


@contextmanager
def _alternatives(details: BookingDetails) -> Iterator[None]:
    """A start that is gone is refused with those nearest to it."""
    try:
        yield
    except SlotTaken as taken:
        wanted = OpeningQuery(offering_id=details.offering_id, plan_id=details.plan_id)
        taken.alternatives = taken.alternatives or tuple(
            nearest_openings(wanted, start_of(details))
        )
        raise


def _write(
    details: BookingDetails, statement: TextClause, values: Mapping[str, Any],
    *, before: Statement | None = None,
) -> Appointment:  # fmt: skip
    """Take the seat, lock the patient, write the visit and its steps, in one statement.

    Args:
        details: what is booked.
        statement: it says which start.
        values: what it asks of the start.
        before: what is asked first, in the same round trip; it has a row.
    """
    row_uid = uuid4()
    notes = seal_field("appointments", "notes", row_uid, details.notes) if details.notes else None
    values = {
        **values, "tenant_id": request_context().tenant_id, "user_id": request_context().user_id,
        "row_uid": row_uid,
        "patient_id": details.patient_id, "plan_id": details.plan_id, "notes": notes,
        "language": details.language, "booking_key": details.booking_key,
        "series_id": details.series_id, **acts.of_booking(),
    }  # fmt: skip
    try:
        row = execute_in_savepoint(REFUSED, statement, values, before=before, whole=_is_whole)
    except BookedAlready:
        return _already_booked(details)
    if row.booked is not None:
        return _already_booked(details)
    if row.id is None:
        raise _unwritten(row, details)
    return hydrate(Appointment, row)


def _is_whole(row: Any) -> bool:
    return row.id is not None or row.booked is not None


def _unwritten(row: Any, details: BookingDetails) -> DomainError:
    """Why there is no visit."""
    if not row.offered:
        wanted = OpeningQuery(offering_id=details.offering_id, plan_id=details.plan_id)
        return refusal(wanted, start_of(details), chosen=details.slot_id is not None)
    if not row.seats:
        return SlotTaken()
    return NotFound() if row.patient_status is None else inactive(row.patient_status)


def _already_booked(details: BookingDetails) -> Appointment:
    booked = find_by_booking_key(details.booking_key)
    if booked is None:
        raise Conflict
    return booked


def _own_offer(details: BookingDetails, offering: ServiceOffering) -> Opening:
    """The opening that would be there if a slot of the visit's own length started then."""
    at = whole_minute(details.start_at or clock.now())
    error = decisive(why_not(offering.id, details.plan_id, at))
    workflow = workflow_for(offering.id, details.plan_id)
    if isinstance(error, STANDING):
        raise error
    if workflow is None:
        raise NoWorkflow
    zone = zone_of(offering.facility_id)
    if local_date(at, zone) < local_date(clock.now(), zone):
        raise StartPassed
    taken = times(
        at,
        workflow.total_estimated_minutes,
        offering.buffer_before_minutes,
        offering.buffer_after_minutes,
    )
    return Opening(
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
