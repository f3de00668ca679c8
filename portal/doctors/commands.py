"""Every write of doctors and their places."""

from dataclasses import dataclass

from portal import clock
from portal.db import session
from portal.doctors import queries
from portal.doctors.models import Doctor, FacilityDoctor
from portal.doctors.rules import checked_npi
from portal.refusals import N_, Conflict, DomainError, refusing


class NpiTaken(Conflict):
    message = N_("Another doctor of this clinic has this NPI.")
    field = "npi"


class AlreadyPlaced(Conflict):
    message = N_("This doctor already has a place at this facility.")
    field = "facility_id"


class NameMissing(DomainError):
    message = N_("A doctor has a first and a last name.")
    field = "last_name"


CONSTRAINTS = {
    "uq_doctors_npi": NpiTaken,
    "uq_facility_doctors_facility_id_doctor_id": AlreadyPlaced,
}


@dataclass(frozen=True)
class DoctorDetails:
    """What staff type about a doctor; the name shown defaults to "Dr. Last"."""

    first_name: str
    last_name: str
    display_name: str | None = None
    npi: str | None = None
    specialty: str | None = None
    profile: str | None = None


def add_doctor(details: DoctorDetails) -> Doctor:
    """Add a doctor to the clinic.

    Raises:
        NpiInvalid, NpiTaken, NameMissing: beside their fields.
    """
    with refusing(CONSTRAINTS):
        doctor = Doctor()
        _describe(doctor, details)
        session.add(doctor)
    return doctor


def change_doctor(doctor: Doctor, details: DoctorDetails) -> Doctor:
    """Change what is said about a doctor; raises as `add_doctor` does."""
    with refusing(CONSTRAINTS):
        _describe(doctor, details)
    return doctor


def retire_doctor(doctor: Doctor) -> None:
    """The doctor has left the clinic: no place is active, nothing is offered, history stays."""
    for place in queries.list_places(doctor_id=doctor.id):
        end_place(doctor.id, place.facility_id)
    doctor.deleted_at = clock.now()
    session.flush()


def place_at_facility(
    doctor_id: int, facility_id: int, *, role: str | None = None
) -> FacilityDoctor:
    """Give a doctor a place at a facility; an ended place is taken up again.

    Raises:
        AlreadyPlaced: the place is there and active.
    """
    place = queries.find_place(doctor_id=doctor_id, facility_id=facility_id)
    if place is not None and place.active:
        raise AlreadyPlaced
    with refusing(CONSTRAINTS):
        if place is None:
            place = FacilityDoctor(doctor_id=doctor_id, facility_id=facility_id)
            session.add(place)
        place.role, place.active = role, True
    return place


def end_place(doctor_id: int, facility_id: int) -> None:
    """The doctor no longer sees patients there: no start is offered; booked visits stand."""
    place = queries.find_place(doctor_id=doctor_id, facility_id=facility_id)
    if place is not None:
        place.active = False
        session.flush()


def _describe(doctor: Doctor, details: DoctorDetails) -> None:
    first, last = details.first_name.strip(), details.last_name.strip()
    if not first or not last:
        raise NameMissing
    doctor.first_name, doctor.last_name = first, last
    doctor.display_name = (details.display_name or "").strip() or f"Dr. {last}"
    doctor.npi = checked_npi(details.npi)
    doctor.specialty = details.specialty or None
    doctor.profile = details.profile or None
