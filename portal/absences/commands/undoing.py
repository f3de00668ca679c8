"""Taking an absence back: the hours hold again, and the visits return where they still can."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from portal import clock
from portal.absences.queries.records import find_by_key, list_decided, list_own_spans
from portal.absences.rules import NotAllReturn, NotMovedBack, UndoneAlready
from portal.appointments.commands.rescheduling import MoveDetails, reschedule_appointment
from portal.appointments.commands.reversing import WAYS_BACK, undo, undo_of
from portal.appointments.queries.acts import acts_since, list_acts
from portal.appointments.rules.visits import LIVE, MOVABLE, NothingToUndo, StartPassed
from portal.audit.notes import note
from portal.auth.permissions import may
from portal.availability.commands.exceptions import remove_exception
from portal.db import session
from portal.errors import DomainError
from portal.facilities.queries import zone_of
from portal.facilities.visits import SeesNotAll
from portal.scheduling.slots import writes
from portal.scheduling.slots.locks import lock_doctors
from portal.scheduling.times import local_date
from portal.schema.absences import Absence, AbsenceVisit
from portal.schema.acts import AppointmentAct
from portal.schema.appointments import Appointment
from portal.schema.availability import AvailabilityException
from portal.schema.services import ServiceOffering
from portal.tenancy.context import request_context


@dataclass(frozen=True)
class Undone:
    """The outcome of undoing an absence: the visits that returned, and why the others did not."""

    returned: tuple[int, ...]
    stays: Mapping[int, DomainError]

    def fingerprint(self) -> str:
        """A text that is equal for one set of visits."""
        return repr((self.returned, [(each, str(why)) for each, why in self.stays.items()]))


def undo_absence(absence: Absence) -> Undone:
    """End an absence's exceptions and bring its visits back where that is still possible.

    Raises:
        UndoneAlready: somebody has taken it back.
        SeesNotAll: some of it is at facilities that the person is not let into.
    """
    session.refresh(absence, with_for_update=True)
    if absence.undone_at is not None:
        raise UndoneAlready
    decided = list_decided(absence.id)
    spans = list_own_spans(absence.id)
    if (len(spans), len(decided)) != (absence.facilities, absence.visits):
        raise SeesNotAll
    visits = _locked(absence, decided)
    for exception in _exceptions([each.availability_exception_id for each in spans]):
        remove_exception(exception)
    done = _bring_back(decided, visits, absence)
    absence.undone_at, absence.undone_by = clock.now(), request_context().user_id
    session.flush()
    counts = {"returned": len(done.returned), "stays": len(done.stays)}
    note("absences.undone", table="absences", record=absence.id, new=counts)
    return done


def undo_own(group_uid: UUID) -> Sequence[AppointmentAct] | None:
    """The absence that somebody recorded just now, as one of their own acts: all of it or nothing.

    Returns:
        what was done to visits; None when it is no absence.

    Raises:
        NothingToUndo: it is somebody else's, or this person may not record any more.
        NotAllReturn. As `undo_absence`.
    """
    absence = find_by_key(group_uid)
    if absence is None:
        return None
    if absence.recorded_by != request_context().user_id or not _may_record():
        raise NothingToUndo
    acts = list_acts(group_uid)
    if undo_absence(absence).stays:
        raise NotAllReturn
    return acts


def _may_record() -> bool:
    """Whoever recorded it may have got another role since."""
    role = request_context().role
    return role is None or may(role, "absences.record")


WAYS_BACK.append(undo_own)


def _bring_back(
    decided: Sequence[AbsenceVisit], visits: Mapping[int, Appointment], absence: Absence
) -> Undone:
    """The last first: whoever was squeezed in was moved when those beneath had gone already."""
    returned: list[int] = []
    stays: dict[int, DomainError] = {}
    for each in reversed(decided):
        try:
            with session.begin_nested():
                _return(each, visits[each.appointment_id], absence.absence_key)
                session.flush()
        except DomainError as refusal:
            stays[each.appointment_id] = refusal
        else:
            returned.insert(0, each.appointment_id)
            each.returned_at, each.informed = clock.now(), each.called_at is not None
            each.called_at = each.called_by = None
    values = {"tenant_id": request_context().tenant_id, "ids": returned, "absence_id": absence.id}
    session.execute(writes.DECIDED, values)
    return Undone(tuple(returned), stays)


def _return(decided: AbsenceVisit, visit: Appointment, absence_key: UUID) -> None:
    """One visit is again as it was; raises NotMovedBack and what moving and undoing raise.

    One that was edited since is moved, as anybody would: only what the absence did can be undone.
    """
    if decided.outcome == "cancelled":
        if visit.status != "cancelled":
            raise NotMovedBack
        undo(visit)
    elif decided.outcome == "moved":
        _check_untouched(visit, MOVABLE, (decided.to_start_at, decided.to_offering_id))
        _check_ahead(decided, visit, absence_key)
        if not undo_of(visit, absence_key):
            to = MoveDetails(start_at=decided.from_start_at, offering_id=decided.from_offering_id)
            reschedule_appointment(visit, to)
    else:
        _check_untouched(visit, LIVE, (decided.from_start_at, decided.from_offering_id))


def _check_ahead(decided: AbsenceVisit, visit: Appointment, absence_key: UUID) -> None:
    """On a later day nobody is sent back to a time that has passed. Raises StartPassed."""
    now, zone = clock.now(), zone_of(visit.facility_id)
    days = {local_date(act.done_at, zone) for act in acts_since(visit.id, absence_key)}
    if decided.from_start_at <= now and local_date(now, zone) not in days:
        raise StartPassed


def _check_untouched(visit: Appointment, status: frozenset[str], at: tuple[object, object]) -> None:
    if visit.status not in status or (visit.start_at, visit.service_offering_id) != at:
        raise NotMovedBack


def _locked(absence: Absence, decided: Sequence[AbsenceVisit]) -> dict[int, Appointment]:
    """The doctors in ascending order, then the visits, as recording it did."""
    offering_ids = {each.from_offering_id for each in decided}
    offering_ids |= {each.to_offering_id for each in decided if each.to_offering_id is not None}
    lock_doctors([absence.doctor_id, *_doctors(offering_ids)])
    found = session.scalars(
        select(Appointment)
        .where(
            Appointment.tenant_id == request_context().tenant_id,
            Appointment.id.in_([each.appointment_id for each in decided]),
        )
        .order_by(Appointment.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return {visit.id: visit for visit in found}


def _doctors(offering_ids: set[int]) -> Sequence[int]:
    offering = ServiceOffering
    return session.scalars(
        select(offering.doctor_id)
        .where(offering.tenant_id == request_context().tenant_id, offering.id.in_(offering_ids))
        .distinct()
        .order_by(offering.doctor_id)
    ).all()


def _exceptions(ids: Sequence[int | None]) -> Sequence[AvailabilityException]:
    """Those that nobody has removed since."""
    exception = AvailabilityException
    return session.scalars(
        select(exception)
        .where(exception.tenant_id == request_context().tenant_id, exception.id.in_(ids))
        .order_by(exception.id)
    ).all()
