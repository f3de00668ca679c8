"""Doctors' places as the hours' screens list them."""

from typing import Any, NamedTuple

from sqlalchemy import Select, func, or_, select

from portal.availability.models import AvailabilityRule, AvailabilitySlot
from portal.db import session
from portal.doctors.models import Doctor, FacilityDoctor
from portal.facilities.models import Facility
from portal.refusals import NotFound
from portal.tenancy.context import facts


class PlaceRow(NamedTuple):
    """A doctor at a facility, with how many weekly rules hold and slots no rule supports."""

    id: int
    doctor_id: int
    facility_id: int
    doctor: str
    specialty: str | None
    facility: str
    zone: str
    active: bool
    rules: int
    orphans: int


def search_places(*, query: str | None = None, limit: int = 51, offset: int = 0) -> list[PlaceRow]:
    """Active places of living doctors and open facilities, by doctor; in one statement."""
    statement = _places().where(FacilityDoctor.active)
    for word in (query or "").split()[:6]:
        names = (Doctor.display_name, Doctor.specialty, Facility.name)
        statement = statement.where(or_(*(name.icontains(word, autoescape=True) for name in names)))
    return [PlaceRow._make(row) for row in session.execute(statement.limit(limit).offset(offset))]


def get_place(place_id: int) -> PlaceRow:
    """A place, active or ended, of a living doctor and an open facility; raises NotFound."""
    return _one(_places().where(FacilityDoctor.id == place_id))


def get_place_of(doctor_id: int, facility_id: int) -> PlaceRow:
    """The place of a rule or an exception; raises NotFound."""
    return _one(
        _places().where(
            FacilityDoctor.doctor_id == doctor_id, FacilityDoctor.facility_id == facility_id
        )
    )


def list_places_of(doctor_id: int) -> list[PlaceRow]:
    """Every place of a doctor, ended ones too, at open facilities, by the facility's name."""
    statement = _places().where(FacilityDoctor.doctor_id == doctor_id)
    return [PlaceRow._make(row) for row in session.execute(statement)]


def _one(statement: Select[*tuple[Any, ...]]) -> PlaceRow:
    row = session.execute(statement).one_or_none()
    if row is None:
        raise NotFound
    return PlaceRow._make(row)


def _places() -> Select[*tuple[Any, ...]]:
    place, rule, slot = FacilityDoctor, AvailabilityRule, AvailabilitySlot
    rules = _count(rule, rule.active)
    orphans = _count(slot, slot.orphaned_at.is_not(None), slot.booked_count > 0)
    tenant = place.tenant_id
    return (
        select(
            place.id,
            place.doctor_id,
            place.facility_id,
            Doctor.display_name,
            Doctor.specialty,
            Facility.name,
            Facility.timezone,
            place.active,
            rules,
            orphans,
        )
        .join(Doctor, (Doctor.tenant_id == tenant) & (Doctor.id == place.doctor_id))
        .join(Facility, (Facility.tenant_id == tenant) & (Facility.id == place.facility_id))
        .where(
            tenant == facts().tenant_id, Doctor.deleted_at.is_(None), Facility.deleted_at.is_(None)
        )
        .order_by(Doctor.last_name, Doctor.first_name, Facility.name, place.id)
    )


def _count(table: Any, *where: Any) -> Any:
    """How many rows of a place's doctor and facility there are."""
    return (
        select(func.count())
        .select_from(table)
        .where(
            table.tenant_id == FacilityDoctor.tenant_id,
            table.doctor_id == FacilityDoctor.doctor_id,
            table.facility_id == FacilityDoctor.facility_id,
            *where,
        )
        .correlate(FacilityDoctor)
        .scalar_subquery()
    )
