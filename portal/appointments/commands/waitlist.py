"""The waitlist: putting somebody on it, changing and withdrawing a wish, booking it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import delete, select, text

from portal import clock
from portal.appointments.commands.booking import BookingDetails
from portal.appointments.queries.waitlist import (
    find_waiting,
    find_wish_by_key,
    get_wish,
    list_wish_facilities,
)
from portal.appointments.rules.visits import inactive
from portal.appointments.rules.waitlist import EVERY_DAY, NoFacility, WaitsNoMore, check_dates
from portal.db import session
from portal.errors import N_, Conflict, refusing
from portal.facilities.queries import zone_of
from portal.patients.queries.records import get_patient
from portal.scheduling.times import local_date
from portal.schema.appointments import Appointment, WaitlistEntry, WaitlistFacility
from portal.schema.patients import Patient
from portal.tenancy.context import request_context

Book = Callable[[BookingDetails], Appointment]

# Of two who book one wish at once the second waits here, and finds that it is booked.
FILL = text("""
    UPDATE waitlist_entries SET status = 'booked', appointment_id = :appointment_id
     WHERE tenant_id = :tenant_id AND id = :entry_id
       AND status = 'waiting'
    RETURNING id
""")


class WaitsAlready(Conflict):
    """The patient waits for the service already; `entry_id` is the entry that says so."""

    message = N_("This patient is on the waitlist for this service already.")
    field = "service_id"
    entry_id = 0


# The database's own word, should two come past what is asked here.
WAITS_ONCE = {"uq_waitlist_entries_waits_once": WaitsAlready}


class WishedAlready(Conflict):
    """The one-time key has added a wish; adding answers with that one."""


@dataclass(frozen=True)
class WishDetails:
    """A waitlist entry as it is typed. No doctor is any, no plan self-pay; weekdays are bits."""

    patient_id: int
    service_id: int
    facility_ids: Sequence[int]
    earliest_on: date
    latest_on: date
    doctor_id: int | None = None
    plan_id: int | None = None
    weekdays: int = EVERY_DAY
    part_of_day: str = "any"
    urgency: str = "routine"
    notes: str | None = None


def add_to_waitlist(details: WishDetails, entry_key: UUID) -> WaitlistEntry:
    """Put a patient on the waitlist; the same one-time key adds once.

    Raises:
        WaitBackwards, WaitOver, WaitTooLong, NoFacility, PatientNotActive.
        WaitsAlready: for this service; that entry is to be changed instead.
        NotFound: no such patient.
    """
    known = find_wish_by_key(entry_key)
    if known is not None:
        return known
    _check(details)
    _check_waits_once(details, facility_ids=details.facility_ids)
    entry = WaitlistEntry(entry_key=entry_key)
    _fill_in(entry, details)
    try:
        with refusing({"uq_waitlist_entries_entry_key": WishedAlready, **WAITS_ONCE}):
            session.add(entry)
            session.flush()
            _set_facilities(entry, details.facility_ids)
    except WishedAlready:
        known = find_wish_by_key(entry_key)
        if known is None:
            raise
        return known
    return entry


def change_wish(entry: WaitlistEntry, details: WishDetails) -> None:
    """Write down what somebody wants now. Raises WaitsNoMore, and as `add_to_waitlist`."""
    _lock_waiting(entry)
    _check(details)
    _check_waits_once(details, facility_ids=details.facility_ids, but=entry.id)
    with refusing(WAITS_ONCE):
        _fill_in(entry, details)
    _set_facilities(entry, details.facility_ids)


def withdraw_wish(entry: WaitlistEntry) -> None:
    """They do not want it any more. Raises WaitsNoMore."""
    _lock_waiting(entry)
    entry.status = "withdrawn"
    session.flush()


def reinstate_wish(entry: WaitlistEntry) -> None:
    """Take a withdrawal back.

    Raises:
        WaitsNoMore: the wish is booked.
        WaitsAlready: the patient was put on the waitlist for this again in the meantime.
    """
    session.refresh(entry, with_for_update=True)
    if entry.status == "booked":
        raise WaitsNoMore
    _check_waits_once(entry, facility_ids=list_wish_facilities(entry.id), but=entry.id)
    with refusing(WAITS_ONCE):
        entry.status = "waiting"


def booking_wish(entry_id: int, book: Book) -> Book:
    """A way to book that fulfils a wish as well: both or neither.

    A visit of somebody else leaves the wish as it is. The booking raises WaitsNoMore when
    somebody was faster.
    """

    def booked(details: BookingDetails) -> Appointment:
        with session.begin_nested():
            visit = book(details)
            _fulfil(entry_id, visit)
            return visit

    return booked


def _fulfil(entry_id: int, visit: Appointment) -> None:
    entry = get_wish(entry_id)
    if entry.patient_id != visit.patient_id:
        return
    values = {
        "tenant_id": request_context().tenant_id,
        "entry_id": entry_id,
        "appointment_id": visit.id,
    }
    if session.execute(FILL, values).one_or_none() is not None:
        return
    session.refresh(entry)
    if entry.appointment_id != visit.id:
        raise WaitsNoMore


def check_wish(details: WishDetails) -> None:
    """Whether somebody may wait so, whoever it is. Raises as `add_to_waitlist`."""
    if not details.facility_ids:
        raise NoFacility
    today = local_date(clock.now(), zone_of(details.facility_ids[0]))
    check_dates(details.earliest_on, details.latest_on, today)


def _check(details: WishDetails) -> None:
    check_wish(details)
    status = get_patient(details.patient_id).status
    if status != "active":
        raise inactive(status)


def _check_waits_once(
    wish: WishDetails | WaitlistEntry, *, facility_ids: Sequence[int], but: int | None = None
) -> None:
    """Of two who add at once the second waits for the patient's row, and finds the first's entry.

    What is over counts where the days of both are the same; so far the database refuses it itself.
    """
    patient = (Patient.tenant_id == request_context().tenant_id, Patient.id == wish.patient_id)
    session.execute(select(Patient.id).where(*patient).with_for_update(key_share=True))
    zone = zone_of(facility_ids[0]) if facility_ids else request_context().timezone
    since = min(wish.earliest_on, local_date(clock.now(), zone))
    found = find_waiting(wish.patient_id, wish.service_id, since, but=but)
    if found is not None:
        refusal = WaitsAlready()
        refusal.entry_id = found
        raise refusal


def _lock_waiting(entry: WaitlistEntry) -> None:
    session.refresh(entry, with_for_update=True)
    if entry.status != "waiting":
        raise WaitsNoMore


def _fill_in(entry: WaitlistEntry, details: WishDetails) -> None:
    entry.patient_id, entry.service_id = details.patient_id, details.service_id
    entry.doctor_id, entry.insurance_plan_id = details.doctor_id, details.plan_id
    entry.earliest_on, entry.latest_on = details.earliest_on, details.latest_on
    entry.weekdays, entry.part_of_day = details.weekdays, details.part_of_day
    entry.urgency, entry.notes = details.urgency, details.notes


def _set_facilities(entry: WaitlistEntry, facility_ids: Sequence[int]) -> None:
    """Those the user does not see stay as they are."""
    there = WaitlistFacility
    before = set(list_wish_facilities(entry.id))
    gone = before - set(facility_ids)
    session.execute(
        delete(there).where(
            there.tenant_id == request_context().tenant_id,
            there.waitlist_entry_id == entry.id,
            there.facility_id.in_(sorted(gone)),
        )
    )
    for facility_id in sorted(set(facility_ids) - before):
        session.add(there(waitlist_entry_id=entry.id, facility_id=facility_id))
    session.flush()
