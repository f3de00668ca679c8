"""Every write of doctors and their places."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy import func, select

from portal import clock
from portal.db import session
from portal.doctors import queries
from portal.doctors.namesakes import has_namesake, shown_names, told_apart
from portal.doctors.rules import checked_npi
from portal.errors import N_, Conflict, DomainError, all_of, refusing
from portal.facilities.rules import reachable
from portal.facilities.visits import AffectedAppointments, require_sight_of_all, visits_of_doctor
from portal.schema.doctors import Doctor, FacilityDoctor
from portal.tenancy.context import request_context


class NpiTaken(Conflict):
    message = N_("Another doctor of this clinic has this NPI.")
    field = "npi"


class AlreadyPlaced(Conflict):
    message = N_("This doctor already works at this facility.")
    field = "facility_id"


class DoctorNameMissing(DomainError):
    message = N_("A doctor has a first and a last name.")
    field = "last_name"


class NamesakeThere(Conflict):
    """Nearly always the same doctor again, or the same form sent twice."""

    message = N_("A doctor of this name is here already. Tick this if it is somebody else.")
    field = "namesake"


class ShownNameTaken(Conflict):
    """On the board and in choices nobody could tell the two apart."""

    message = N_("Another doctor is shown as %(name)s. Tell them apart, such as %(other)s.")
    field = "display_name"


class VisitsBooked(Conflict):
    """A doctor leaves when nobody is expected any more."""

    message = N_("%(visits)s appointments are still booked. Move or cancel them first.")


class VisitsChanged(Conflict):
    """The visits that the change would affect are not those that were shown."""

    message = N_("Appointments were booked or cancelled meanwhile. Look again, then confirm.")


CONSTRAINTS = {
    "uq_doctors_npi": NpiTaken,
    "uq_facility_doctors_facility_id_doctor_id": AlreadyPlaced,
}


@dataclass(frozen=True)
class DoctorDetails:
    """A doctor as staff enter them; the name shown defaults to "Dr. Last", told from others'.

    `contact` replaces the entries it names, and None takes one away.
    """

    first_name: str
    last_name: str
    display_name: str | None = None
    npi: str | None = None
    specialty: str | None = None
    profile: str | None = None
    contact: Mapping[str, str | None] = field(default_factory=dict)


def add_doctor(details: DoctorDetails, *, namesake: bool = False) -> Doctor:
    """Add a doctor to the clinic.

    Args:
        details: what is said about the doctor.
        namesake: it is known that another doctor has the same name.

    Raises:
        NpiInvalid, NpiTaken, NameMissing, NamesakeThere: beside their fields.
    """
    doctor = Doctor()
    _describe(doctor, details, shown_names())
    if not namesake:
        _refuse_namesake(doctor)
    with refusing(CONSTRAINTS):
        session.add(doctor)
    return doctor


def check_doctor(details: DoctorDetails) -> None:
    """Whether such a doctor could be added, whoever else there is. Raises as `add_doctor`."""
    _describe(Doctor(), details, ())


def add_doctors(many: Sequence[DoctorDetails]) -> list[Doctor]:
    """Add several doctors at once, namesakes or not. Raises as `add_doctor`; then none is added."""
    doctors, taken = [Doctor() for _ in many], shown_names()
    for doctor, details in zip(doctors, many, strict=True):
        typed = (details.display_name or "").strip().lower()
        free = details if typed not in taken else replace(details, display_name=None)
        _describe(doctor, free, taken)
        taken.add(doctor.display_name.lower())
    with refusing(CONSTRAINTS):
        session.add_all(doctors)
    return doctors


def change_doctor(doctor: Doctor, details: DoctorDetails) -> Doctor:
    """Change what is said about a doctor; raises as `add_doctor` does."""
    with refusing(CONSTRAINTS):
        _describe(doctor, details, shown_names(besides=doctor.id))
    return doctor


def retire_doctor(doctor: Doctor) -> None:
    """The doctor has left the clinic: no place is active, nothing is offered, history stays.

    Raises:
        VisitsBooked: visits are still to come.
        SeesNotAll: whoever asks is limited to some facilities.
    """
    require_sight_of_all()
    visits = visits_of_doctor(doctor.id).ids
    if visits:
        raise VisitsBooked(visits=len(visits))
    for location in queries.list_places(doctor_id=doctor.id):
        end_place(doctor.id, location.facility_id)
    doctor.deleted_at = clock.now()
    session.flush()


def restore_doctor(doctor: Doctor) -> None:
    """A retired doctor is back; places are given again one by one. Raises NpiTaken.

    Under whose name somebody else is shown by now is told from them.
    """
    taken = shown_names(besides=doctor.id)
    with refusing(CONSTRAINTS):
        if doctor.display_name.lower() in taken:
            doctor.display_name = told_apart(
                doctor.first_name, doctor.last_name, doctor.specialty, taken
            )
        doctor.deleted_at = None


def place_at_facility(
    doctor_id: int, facility_id: int, *, role: str | None = None
) -> FacilityDoctor:
    """Give a doctor a place at a facility; an ended place is taken up again.

    Raises:
        AlreadyPlaced: the place is there and active.
    """
    location = queries.find_place(doctor_id=doctor_id, facility_id=facility_id)
    if location is not None and location.active:
        raise AlreadyPlaced
    with refusing(CONSTRAINTS):
        if location is None:
            location = FacilityDoctor(doctor_id=doctor_id, facility_id=facility_id)
            session.add(location)
        location.role, location.active = role, True
    return location


def take_up_places(doctor_id: int, facility_ids: Iterable[int]) -> None:
    """Ended places of a doctor are places again, as they were."""
    for facility_id in facility_ids:
        location = queries.find_place(doctor_id=doctor_id, facility_id=facility_id)
        if location is not None:
            location.active = True
    session.flush()


def place_doctors(many: Iterable[tuple[int, int, str | None]]) -> None:
    """Give doctors places where they never had any: doctor, facility, role.

    Raises AlreadyPlaced; then none is given.
    """
    with refusing(CONSTRAINTS):
        session.add_all(
            FacilityDoctor(doctor_id=doctor_id, facility_id=facility_id, role=role)
            for doctor_id, facility_id, role in many
        )


def change_role(location: FacilityDoctor, role: str | None) -> None:
    """Say what a doctor is at a facility."""
    location.role = role
    session.flush()


def end_place(doctor_id: int, facility_id: int) -> AffectedAppointments:
    """The doctor no longer sees patients there: no start is offered.

    Returns:
        The coming visits there. They stand.
    """
    location = queries.find_place(doctor_id=doctor_id, facility_id=facility_id)
    if location is not None:
        location.active = False
        session.flush()
    return visits_of_doctor(doctor_id, facility_id=facility_id)


def _refuse_namesake(doctor: Doctor) -> None:
    """Wait for whoever adds the same name at this moment, then look."""
    name = f"doctor {request_context().tenant_id} {doctor.first_name} {doctor.last_name}".casefold()
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(name, 0))))
    if has_namesake(doctor.first_name, doctor.last_name):
        raise NamesakeThere


def _describe(doctor: Doctor, details: DoctorDetails, taken: Collection[str]) -> None:
    (first, last), npi = all_of((lambda: _names(details), lambda: checked_npi(details.npi)))
    typed = (details.display_name or "").strip()
    free = told_apart(first, last, details.specialty, taken)
    if typed != doctor.display_name and typed.lower() in taken:
        raise ShownNameTaken(name=typed, other=free)
    doctor.first_name, doctor.last_name = first, last
    doctor.display_name = typed or free
    doctor.npi = npi
    doctor.specialty = details.specialty or None
    doctor.profile = details.profile or None
    doctor.contact = reachable(doctor.contact, details.contact)


def _names(details: DoctorDetails) -> tuple[str, str]:
    first, last = details.first_name.strip(), details.last_name.strip()
    if not first or not last:
        raise DoctorNameMissing
    return first, last
