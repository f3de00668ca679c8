"""Doctors' places as the hours' screens list them."""

from typing import Any, NamedTuple

from sqlalchemy import Select, func, select, true

from portal.db import session
from portal.errors import NotFound
from portal.facilities.queries import open_facility_of
from portal.schema.availability import AvailabilityRule, AvailabilitySlot
from portal.schema.doctors import Doctor, FacilityDoctor
from portal.sorting import having
from portal.tenancy.context import request_context


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
    statement = _named(query).where(FacilityDoctor.active)
    return _counted(statement.limit(limit).offset(offset))


def get_place(place_id: int) -> PlaceRow:
    """A place, active or ended, of a living doctor and an open facility; raises NotFound."""
    return _one(_named().where(FacilityDoctor.id == place_id))


def get_place_of(doctor_id: int, facility_id: int) -> PlaceRow:
    """The place of a rule or an exception; raises NotFound."""
    return _one(
        _named().where(
            FacilityDoctor.doctor_id == doctor_id, FacilityDoctor.facility_id == facility_id
        )
    )


def list_places_of(doctor_id: int) -> list[PlaceRow]:
    """Every place of a doctor, ended ones too, at open facilities, by the facility's name."""
    return _counted(_named().where(FacilityDoctor.doctor_id == doctor_id))


def _one(statement: Select[*tuple[Any, ...]]) -> PlaceRow:
    rows = _counted(statement)
    if not rows:
        raise NotFound
    return rows[0]


def _named(query: str | None = None) -> Select[*tuple[Any, ...]]:
    """Places with these words in their names, in the order of the list."""
    location, tenant = FacilityDoctor, FacilityDoctor.tenant_id
    open_facility = open_facility_of(location.facility_id)
    statement = (
        select(
            location.id,
            location.doctor_id,
            location.facility_id,
            Doctor.display_name.label("doctor"),
            Doctor.specialty,
            open_facility.c.name.label("facility"),
            open_facility.c.timezone,
            location.active,
            Doctor.sort_last_name,
            Doctor.sort_first_name,
            open_facility.c.sort_name.label("sort_facility"),
        )
        .join(Doctor, (Doctor.tenant_id == tenant) & (Doctor.id == location.doctor_id))
        .join(open_facility, true())
        .where(tenant == request_context().tenant_id, Doctor.deleted_at.is_(None))
        .order_by(
            Doctor.sort_last_name,
            Doctor.sort_first_name,
            open_facility.c.sort_name,
            location.id,
        )
    )
    names = (Doctor.display_name, Doctor.specialty, open_facility.c.name)
    return statement.where(*having(query or "", *names))


def _counted(statement: Select[*tuple[Any, ...]]) -> list[PlaceRow]:
    """The places with their counts, which are made of those that are shown alone.

    In one select with the list, the rows before a late page would be counted too, one by one.
    """
    rule, slot, found = AvailabilityRule, AvailabilitySlot, statement.subquery()
    names = [column for column in found.c if not column.name.startswith("sort_")]
    rules = _count(found, rule, rule.active)
    orphans = _count(found, slot, slot.orphaned_at.is_not(None), slot.booked_count > 0)
    rows = select(*names, rules, orphans).order_by(
        found.c.sort_last_name,
        found.c.sort_first_name,
        found.c.sort_facility,
        found.c.id,
    )
    return [PlaceRow._make(row) for row in session.execute(rows)]


def _count(found: Any, table: Any, *where: Any) -> Any:
    """How many rows of a place's doctor and facility there are."""
    return (
        select(func.count())
        .select_from(table)
        .where(
            table.tenant_id == request_context().tenant_id,
            table.doctor_id == found.c.doctor_id,
            table.facility_id == found.c.facility_id,
            *where,
        )
        .scalar_subquery()
    )
