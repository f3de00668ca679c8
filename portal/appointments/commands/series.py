"""Series: visits that repeat, booked together or not at all; cancelled from one of them on."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from portal import clock
from portal.appointments.commands import acts
from portal.appointments.commands.booking import BookingDetails, book_appointment
from portal.appointments.commands.visit import cancel_appointment, lock
from portal.appointments.queries.series import find_series_by_key, list_following
from portal.appointments.rules.series import InSeriesAlready, NotAllBooked, NothingToRepeat
from portal.appointments.rules.visits import VisitNotAt
from portal.audit.notes import note
from portal.db import session
from portal.errors import DomainError
from portal.scheduling.slots.locks import lock_doctors
from portal.scheduling.slots.queries import get_slot
from portal.schema.appointments import Appointment, AppointmentSeries

Book = Callable[[BookingDetails], Appointment]


@dataclass(frozen=True)
class SeriesDetails:
    """The starts after the first, as somebody chose them, and the dates that are left out.

    `notes` go to each of the visits after the first. The key books once.
    """

    every_weeks: int
    slot_ids: Sequence[int]
    booking_key: UUID
    skipped: Sequence[date] = ()
    notes: str | None = None


def book_series(details: BookingDetails, series: SeriesDetails) -> Appointment:
    """Book a visit and those that repeat it, all or none; the same key answers the same.

    Returns:
        The first visit.

    Raises:
        What `book_appointment` raises for the first visit, and `repeat_appointment` for the others.
    """
    with session.begin_nested(), acts.as_one():
        first = book_appointment(details)
        repeat_appointment(first, series)
    return first


def repeat_appointment(first: Appointment, details: SeriesDetails) -> AppointmentSeries:
    """Book the visits that repeat one, all or none, and make a series of them.

    Raises:
        NotAllBooked: one of the starts is gone, or the patient is taken then.
        InSeriesAlready, NothingToRepeat.
        VisitNotAt: the visit is cancelled, or the patient did not come.
    """
    lock_doctors([first.doctor_id])
    booked = find_series_by_key(details.booking_key)
    if booked is not None:
        return booked
    lock(first)
    if first.appointment_series_id is not None:
        raise InSeriesAlready
    if first.status in ("cancelled", "no_show"):
        raise VisitNotAt(status=first.status, wanted="scheduled")
    if not details.slot_ids:
        raise NothingToRepeat
    with session.begin_nested(), acts.as_one():
        series = _begin(first, details)
        for slot_id in details.slot_ids:
            _book(first, slot_id, series, details.notes)
    note(
        "appointments.series", table="appointment_series", record=series.id,
        patient=first.patient_id, new={"visits": len(details.slot_ids) + 1},
    )  # fmt: skip
    return series


def cancel_following(appointment: Appointment, because: str, *, code: str | None = None) -> int:
    """Cancel a visit and all of its series after it that have not begun; how many there were.

    Raises:
        ReasonMissing, VisitNotAt: as `cancel_appointment`.
    """
    following = list_following(appointment)
    others = [visit for visit in following if visit.id != appointment.id]
    return cancel_together([appointment, *others], because, code=code)


def cancel_together(visits: Sequence[Appointment], because: str, *, code: str | None = None) -> int:
    """Cancel several visits, all or none, as one act; how many there were.

    Raises:
        ReasonMissing, VisitNotAt: as `cancel_appointment`.
    """
    lock_doctors(sorted({visit.doctor_id for visit in visits}))
    now = clock.now()
    with session.begin_nested(), acts.as_one():
        for visit in visits:
            cancel_appointment(visit, because, code=code, at=now)
    return len(visits)


def _begin(first: Appointment, details: SeriesDetails) -> AppointmentSeries:
    series = AppointmentSeries(
        facility_id=first.facility_id,
        every_weeks=details.every_weeks,
        skipped=list(details.skipped),
        booking_key=details.booking_key,
    )
    session.add(series)
    session.flush()
    with acts.recorded(first, "repeat"):
        first.appointment_series_id = series.id
    return series


def _book(first: Appointment, slot_id: int, series: AppointmentSeries, notes: str | None) -> None:
    details = BookingDetails(
        patient_id=first.patient_id, offering_id=first.service_offering_id, slot_id=slot_id,
        plan_id=first.insurance_plan_id, notes=notes, language=first.language,
        series_id=series.id,
    )  # fmt: skip
    try:
        book_appointment(details)
    except DomainError as refusal:
        raise NotAllBooked(get_slot(slot_id).start_at, refusal) from refusal
