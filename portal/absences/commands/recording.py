"""Recording an absence: the exceptions, and what becomes of every visit, all or nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select

from portal import clock
from portal.absences.queries.affected import list_affected
from portal.absences.queries.records import doctors_of, find_by_key
from portal.absences.rules import (
    LEAVE,
    AffectedAppointment,
    CancellingNeedsReason,
    Decision,
    NowhereThere,
    OverAlready,
    PlacesRefused,
    TooManyVisits,
    fingerprint,
    span_of,
)
from portal.appointments.commands.acts import as_one
from portal.appointments.commands.rescheduling import MoveDetails, reschedule_appointment
from portal.appointments.commands.visit import cancel_appointment
from portal.appointments.rules.visits import NotOffered
from portal.audit.notes import note
from portal.availability.commands.exceptions import ExceptionDetails, add_exception
from portal.availability.queries.places import PlaceRow, list_places_of
from portal.db import session
from portal.errors import DomainError, NotFound
from portal.scheduling.rules import NotAnOpening
from portal.scheduling.slots import writes
from portal.scheduling.slots.locks import lock_doctors
from portal.scheduling.times import Span
from portal.schema.absences import Absence, AbsenceSpan, AbsenceVisit
from portal.schema.appointments import Appointment
from portal.schema.availability import AvailabilityException
from portal.schema.services import ServiceOffering
from portal.tenancy.context import request_context

MOST_VISITS = 200


@dataclass(frozen=True)
class AbsenceDetails:
    """Who is away, when, and where.

    Days and times are each facility's own. No facility is everywhere; no time is the beginning of
    the first day, or the end of the last. `type` is blocked or emergency.
    """

    doctor_id: int
    first_day: date
    last_day: date
    absence_key: UUID
    from_time: time | None = None
    until_time: time | None = None
    facility_id: int | None = None
    type: str = "blocked"
    reason: str | None = None


class Away(NamedTuple):
    """A facility at which the doctor is away, and when."""

    location: PlaceRow
    span: Span


@dataclass(frozen=True)
class Recorded:
    """An absence that was recorded, with the visits that were booked then.

    `before`: the one-time key had recorded it already, and nothing was done now.
    """

    absence: Absence
    spans: Mapping[int, Span]
    visits: Sequence[AffectedAppointment]
    before: bool = False

    def fingerprint(self) -> str:
        """A text that is equal for one absence over one set of visits."""
        return fingerprint(self.spans, self.visits)


def where_away(details: AbsenceDetails) -> list[Away]:
    """The facilities of the person's at which the doctor is away.

    Raises:
        NowhereThere: the doctor has no place there.
        SpanBackwards, OverAlready: at their field.
    """
    let_in = request_context().facility_ids
    places = [
        location
        for location in list_places_of(details.doctor_id)
        if details.facility_id in (None, location.facility_id)
        and (let_in is None or location.facility_id in let_in)
    ]
    if not places:
        raise NowhereThere
    times = details.from_time, details.until_time
    found = [
        Away(location, span_of(details.first_day, details.last_day, times, location.zone))
        for location in sorted(places, key=lambda location: location.facility_id)
    ]
    if all(away.span.end <= clock.now() for away in found):
        raise OverAlready
    return found


def add_absence_exception(details: AbsenceDetails, away: Away) -> AvailabilityException:
    """The exception at one facility, carried through to its slots."""
    return add_exception(
        ExceptionDetails(
            details.doctor_id, away.location.facility_id, away.span.start, away.span.end,
            details.type, details.reason,
        )
    )  # fmt: skip


def check_number(visits: Sequence[AffectedAppointment]) -> None:
    """Whether so many visits can be decided about at once; raises TooManyVisits."""
    if len(visits) > MOST_VISITS:
        raise TooManyVisits(most=MOST_VISITS)


def record_absence(
    details: AbsenceDetails, decisions: Mapping[int, Decision], *, because: str | None = None
) -> Recorded:
    """Record an absence and do with each visit what was decided; one not named is left to decide.

    The same one-time key records once and answers the same; it names what is done to visits as one
    act. Doctors are locked in ascending order
    before anything else, then the visits, so that two who do this never wait in a ring.

    Args:
        details: who, when and where.
        decisions: by the visit's id.
        because: why visits are cancelled.

    Raises:
        PlacesRefused: some visits cannot go there; nothing is done.
        CancellingNeedsReason, TooManyVisits, NowhereThere, SpanBackwards, OverAlready.
    """
    slot_ids = [each.slot_id for each in decisions.values() if each.what == "move"]
    lock_doctors([details.doctor_id, *doctors_of(slot_ids)])
    places = where_away(details)
    spans = {away.location.facility_id: away.span for away in places}
    known = find_by_key(details.absence_key)
    if known is not None:
        return Recorded(known, spans, [], before=True)
    visits = list_affected(details.doctor_id, spans, limit=MOST_VISITS + 1)
    check_number(visits)
    absence = _write(details, places, len(visits))
    with as_one(details.absence_key):
        done = _decide(visits, decisions, because)
    _write_visits(absence, visits, done)
    note("absences.recorded", table="absences", record=absence.id, reason=details.reason,
         new=_counted(done))  # fmt: skip
    return Recorded(absence, spans, visits)


def _write(details: AbsenceDetails, places: Sequence[Away], visits: int) -> Absence:
    exceptions = [add_absence_exception(details, away) for away in places]
    absence = Absence(
        absence_key=details.absence_key, doctor_id=details.doctor_id, type=details.type,
        reason=details.reason, facilities=len(places), visits=visits,
        recorded_by=request_context().user_id,
    )  # fmt: skip
    session.add(absence)
    session.flush()
    session.add_all(
        AbsenceSpan(
            absence_id=absence.id, facility_id=away.location.facility_id,
            availability_exception_id=exception.id, start_at=away.span.start, end_at=away.span.end,
        )
        for away, exception in zip(places, exceptions, strict=True)
    )  # fmt: skip
    session.flush()
    return absence


def _decide(
    visits: Sequence[AffectedAppointment], decisions: Mapping[int, Decision], because: str | None
) -> dict[int, Decision]:
    """Move and cancel; every refusal is collected, so that all are said at once."""
    done = {visit.id: decisions.get(visit.id, LEAVE) for visit in visits}
    if any(each.what == "cancel" for each in done.values()) and not (because or "").strip():
        raise CancellingNeedsReason
    entities = _locked(visits)
    services = _services([each.offering_id for each in done.values() if each.what == "move"])
    errors: dict[int, DomainError] = {}
    for visit in visits:
        try:
            _carry_out(visit, entities[visit.id], done[visit.id], services, because or "")
        except NotFound:
            errors[visit.id] = NotAnOpening()
        except DomainError as refusal:
            errors[visit.id] = refusal
    if errors:
        raise PlacesRefused(errors)
    return done


def _carry_out(
    visit: AffectedAppointment,
    appointment: Appointment,
    decision: Decision,
    services: Mapping[int, int],
    because: str,
) -> None:
    if decision.what == "cancel":
        cancel_appointment(appointment, because)
    elif decision.what == "move":
        if services.get(decision.offering_id) != visit.service_id:
            raise NotOffered
        to = MoveDetails(slot_id=decision.slot_id, offering_id=decision.offering_id)
        reschedule_appointment(appointment, to)


def _locked(visits: Sequence[AffectedAppointment]) -> dict[int, Appointment]:
    """The visits as they are now, kept so until the transaction ends."""
    found = session.scalars(
        select(Appointment)
        .where(
            Appointment.tenant_id == request_context().tenant_id,
            Appointment.id.in_([visit.id for visit in visits]),
        )
        .order_by(Appointment.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return {appointment.id: appointment for appointment in found}


def _services(offering_ids: Sequence[int]) -> dict[int, int]:
    """The service of each offering."""
    offering = ServiceOffering
    found = session.execute(
        select(offering.id, offering.service_id).where(
            offering.tenant_id == request_context().tenant_id, offering.id.in_(offering_ids)
        )
    )
    return {row.id: row.service_id for row in found}


def _write_visits(
    absence: Absence, visits: Sequence[AffectedAppointment], done: Mapping[int, Decision]
) -> None:
    moved = {visit.id: session.get_one(Appointment, (request_context().tenant_id, visit.id))
             for visit in visits if done[visit.id].what == "move"}  # fmt: skip
    session.add_all(
        AbsenceVisit(
            absence_id=absence.id, appointment_id=visit.id, outcome=OUTCOMES[done[visit.id].what],
            from_start_at=visit.start_at, from_offering_id=visit.offering_id,
            to_start_at=moved[visit.id].start_at if visit.id in moved else None,
            to_offering_id=moved[visit.id].service_offering_id if visit.id in moved else None,
        )
        for visit in visits
    )  # fmt: skip
    left = [visit.slot_id for visit in visits if done[visit.id].what == "leave"]
    values = {"tenant_id": request_context().tenant_id, "now": clock.now(), "slot_ids": left}
    session.execute(writes.TO_DECIDE, values)
    session.flush()


OUTCOMES = {"move": "moved", "leave": "left", "cancel": "cancelled"}


def _counted(done: Mapping[int, Decision]) -> dict[str, int]:
    outcomes = [OUTCOMES[each.what] for each in done.values()]
    return {outcome: outcomes.count(outcome) for outcome in OUTCOMES.values()}
