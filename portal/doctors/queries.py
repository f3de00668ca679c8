"""Every read of doctors and their places."""

from collections.abc import Collection
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, ScalarSelect, Select, func, select

from portal import clock
from portal.db import column_by_id, session
from portal.errors import NotFound
from portal.facilities.visits import COMING
from portal.schema.doctors import Doctor, FacilityDoctor
from portal.schema.facilities import Facility
from portal.sorting import by_name, having
from portal.sql import statement
from portal.tenancy.context import request_context


class LocationRow(NamedTuple):
    """A doctor at a facility, as a column's head or a choice in a list."""

    id: int
    doctor_id: int
    facility_id: int
    display_name: str
    specialty: str | None
    role: str | None
    active: bool


class LostWithPlace(NamedTuple):
    """Records at a location that nobody can book any more once it has ended.

    `services` are those that are offered.
    """

    sessions: int
    services: int


class DoctorRow(NamedTuple):
    """A doctor in the list; `facilities` are the names of the active places, by name."""

    id: int
    first_name: str
    last_name: str
    display_name: str
    specialty: str | None
    npi: str | None
    facilities: str | None


class DoctorPlace(NamedTuple):
    """A doctor's place, active or ended, with the visits that are still to come there."""

    facility_id: int
    facility: str
    role: str | None
    active: bool
    visits: int


class DoctorOffering(NamedTuple):
    """A service the doctor offers, or did."""

    service_id: int
    service: str
    facility: str
    active: bool


STANDING = statement("doctors/lost_with_location")

OFFERINGS = statement("doctors/services_of_doctor")

PLACES = statement("doctors/locations_of_doctor", coming=COMING)


def get_doctor(doctor_id: int, *, even_retired: bool = False) -> Doctor:
    """A living doctor; or, if asked, one who is retired.

    Raises:
        NotFound: no such doctor in this clinic.
    """
    known = select(Doctor).where(Doctor.tenant_id == request_context().tenant_id)
    doctor = session.scalar((known if even_retired else _living()).where(Doctor.id == doctor_id))
    if doctor is None:
        raise NotFound
    return doctor


def lost_with_location(doctor_id: int, facility_id: int) -> LostWithPlace:
    """Records of a doctor at a facility besides visits. Raises NotFound."""
    values = {
        "tenant_id": request_context().tenant_id, "now": clock.now(),
        "doctor_id": doctor_id, "facility_id": facility_id,
    }  # fmt: skip
    row = session.execute(STANDING, values).one_or_none()
    if row is None:
        raise NotFound
    return LostWithPlace._make(row)


def list_choices(*, limit: int = 200) -> list[tuple[int, str]]:
    """Living doctors by name, as a form offers them."""
    living = _living().with_only_columns(Doctor.id, Doctor.display_name)
    ordered = living.order_by(Doctor.sort_last_name, Doctor.sort_first_name, Doctor.id)
    return [(row.id, row.display_name) for row in session.execute(ordered.limit(limit))]


def list_doctor_names(ids: Collection[int]) -> dict[int, str]:
    """How each of these doctors is called, retired or not."""
    own = Doctor.tenant_id == request_context().tenant_id
    return column_by_id(Doctor.id, Doctor.display_name, ids, own)


def find_place(*, doctor_id: int, facility_id: int) -> FacilityDoctor | None:
    return session.scalar(
        select(FacilityDoctor).where(
            FacilityDoctor.tenant_id == request_context().tenant_id,
            FacilityDoctor.doctor_id == doctor_id,
            FacilityDoctor.facility_id == facility_id,
        )
    )


def get_place(*, doctor_id: int, facility_id: int) -> FacilityDoctor:
    """A doctor's place at a facility, active or ended. Raises NotFound."""
    location = find_place(doctor_id=doctor_id, facility_id=facility_id)
    if location is None:
        raise NotFound
    return location


def list_places(
    *,
    facility_id: int | None = None,
    doctor_id: int | None = None,
    active_only: bool = True,
    limit: int = 500,
) -> list[LocationRow]:
    """The places of living doctors, by the doctor's name."""
    statement = (
        select(
            FacilityDoctor.id,
            FacilityDoctor.doctor_id,
            FacilityDoctor.facility_id,
            Doctor.display_name,
            Doctor.specialty,
            FacilityDoctor.role,
            FacilityDoctor.active,
        )
        .join(
            Doctor,
            (Doctor.tenant_id == FacilityDoctor.tenant_id)
            & (Doctor.id == FacilityDoctor.doctor_id),
        )
        .where(FacilityDoctor.tenant_id == request_context().tenant_id, Doctor.deleted_at.is_(None))
        .order_by(
            Doctor.sort_last_name,
            Doctor.sort_first_name,
            Doctor.id,
            FacilityDoctor.facility_id,
        )
        .limit(limit)
    )
    if facility_id is not None:
        statement = statement.where(FacilityDoctor.facility_id == facility_id)
    if doctor_id is not None:
        statement = statement.where(FacilityDoctor.doctor_id == doctor_id)
    if active_only:
        statement = statement.where(FacilityDoctor.active)
    return [LocationRow._make(row) for row in session.execute(statement)]


def search_doctors(
    *, query: str = "", retired: bool = False, limit: int = 51, offset: int = 0
) -> list[DoctorRow]:
    """Doctors with these words in their name, specialty or NPI, by name.

    The names of their places are looked up for those that are shown alone.
    """
    gone = Doctor.deleted_at.is_not(None) if retired else Doctor.deleted_at.is_(None)
    found = (
        select(
            Doctor.id,
            Doctor.first_name,
            Doctor.last_name,
            Doctor.display_name,
            Doctor.specialty,
            Doctor.npi,
        )
        .where(Doctor.tenant_id == request_context().tenant_id, gone, *having(query, *_NAMES))
        .order_by(Doctor.sort_last_name, Doctor.sort_first_name, Doctor.id)
        .limit(limit)
        .offset(offset)
        .subquery()
    )
    rows = select(found, _place_names(found.c.id)).order_by(
        *by_name(found.c.last_name, found.c.first_name), found.c.id
    )
    return [DoctorRow._make(row) for row in session.execute(rows)]


def list_own_places(doctor_id: int, *, limit: int = 200) -> list[DoctorPlace]:
    """A doctor's places, the active ones first."""
    values = {
        "tenant_id": request_context().tenant_id,
        "now": clock.now(),
        "doctor_id": doctor_id,
        "limit": limit,
    }
    return [DoctorPlace._make(row) for row in session.execute(PLACES, values)]


def list_own_offerings(doctor_id: int, *, limit: int = 200) -> list[DoctorOffering]:
    """A doctor's offerings, by service."""
    values = {"tenant_id": request_context().tenant_id, "doctor_id": doctor_id, "limit": limit}
    return [DoctorOffering._make(row) for row in session.execute(OFFERINGS, values)]


def _place_names(doctor_id: ColumnElement[int]) -> ScalarSelect[Any]:
    location, facility = FacilityDoctor, Facility
    return (
        select(func.string_agg(facility.name, ", ").aggregate_order_by(facility.sort_name))
        .select_from(location)
        .join(
            facility,
            (facility.tenant_id == location.tenant_id)
            & (facility.id == location.facility_id)
            & facility.deleted_at.is_(None),
        )
        .where(
            location.tenant_id == request_context().tenant_id,
            location.doctor_id == doctor_id,
            location.active,
        )
        .scalar_subquery()
    )


_NAMES = (
    Doctor.first_name, Doctor.last_name, Doctor.display_name, Doctor.specialty, Doctor.npi,
)  # fmt: skip


def _living() -> Select[Doctor]:
    return select(Doctor).where(
        Doctor.tenant_id == request_context().tenant_id, Doctor.deleted_at.is_(None)
    )
