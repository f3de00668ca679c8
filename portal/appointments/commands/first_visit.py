"""A patient's first visit: registering and booking, both or neither."""

from collections.abc import Callable
from dataclasses import replace

from portal.appointments.commands.booking import BookingDetails, book_appointment
from portal.appointments.models import Appointment
from portal.appointments.queries import find_by_booking_key
from portal.availability.commands import lock_doctors
from portal.db import session
from portal.patients.commands import register_patient
from portal.patients.rules.details import PatientDetails
from portal.services.queries import get_offering


def book_first_visit(
    person: PatientDetails,
    details: BookingDetails,
    book: Callable[[BookingDetails], Appointment] = book_appointment,
) -> Appointment:
    """Register a new patient and book for them; a refused booking registers nobody.

    Args:
        person: who it is.
        details: what to book, for whom is filled in.
        book: `book_appointment` or `walk_in`.

    Raises:
        What `register_patient` and `book` raise.
    """
    # Under the doctor's lock: of two with one key the second finds the visit, and registers nobody.
    lock_doctors([get_offering(details.offering_id).doctor_id])
    booked = find_by_booking_key(details.booking_key)
    if booked is not None:
        return booked
    with session.begin_nested():
        patient = register_patient(person)
        return book(replace(details, patient_id=patient.id))
