"""Somebody new: registering them and booking, or adding to the waitlist; both or neither."""

from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

from portal.appointments.commands.booking import BookingDetails, book_appointment
from portal.appointments.commands.waitlist import WishDetails, add_to_waitlist
from portal.appointments.queries.visits import find_by_booking_key
from portal.appointments.queries.waitlist import find_wish_by_key
from portal.db import session
from portal.patients.commands.registering import ask_whether_registered, register_patient
from portal.patients.rules.details import PatientDetails
from portal.scheduling.slots.locks import lock_doctors
from portal.schema.appointments import Appointment, WaitlistEntry
from portal.services.queries.catalogue import get_offering


def book_first_visit(
    person: PatientDetails,
    details: BookingDetails,
    book: Callable[[BookingDetails], Appointment] = book_appointment,
    *,
    anyway: bool = False,
) -> Appointment:
    """Register a new patient and book for them; a refused booking registers nobody.

    Args:
        person: who it is; registered where the visit is unless they say where.
        details: what to book, for whom is filled in.
        book: `book_appointment` or `walk_in`.
        anyway: they are nobody who is registered already; somebody has looked.

    Raises:
        PossiblyRegistered: with those it may be.
        What `register_patient` and `book` raise.
    """
    # Under the doctor's lock: of two with one key the second finds the visit, and registers nobody.
    offering = get_offering(details.offering_id)
    lock_doctors([offering.doctor_id])
    booked = find_by_booking_key(details.booking_key)
    if booked is not None:
        return booked
    if not anyway:
        ask_whether_registered(person)
    with session.begin_nested():
        at = person.facility_id or offering.facility_id
        patient = register_patient(replace(person, facility_id=at))
        return book(replace(details, patient_id=patient.id))


def add_newcomer_to_waitlist(
    person: PatientDetails, details: WishDetails, entry_key: UUID, *, anyway: bool = False
) -> WaitlistEntry:
    """Register a new patient and put them on the waitlist; once for one key.

    Raises:
        PossiblyRegistered: with those it may be, unless `anyway`.
        What `register_patient` and `add_to_waitlist` raise.
    """
    known = find_wish_by_key(entry_key)
    if known is not None:
        return known
    if not anyway:
        ask_whether_registered(person)
    with session.begin_nested():
        patient = register_patient(person)
        return add_to_waitlist(replace(details, patient_id=patient.id), entry_key)
