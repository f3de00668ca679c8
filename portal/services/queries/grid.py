"""A service's offerings as a grid: a row a doctor, a column a facility."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import ColumnElement, func, select

from portal.db import session
from portal.facilities.queries import list_facilities
from portal.schema.doctors import Doctor, FacilityDoctor
from portal.schema.facilities import Facility
from portal.schema.services import Service, ServiceOffering, ServiceWorkflow
from portal.tenancy.context import request_context

MOST_COLUMNS = 24


class GridRow(NamedTuple):
    """Whose row it is."""

    id: int
    name: str
    specialty: str | None


class Cell(NamedTuple):
    """How a doctor offers the service at a facility; `bookable`: a default workflow answers."""

    id: int
    doctor_id: int
    facility_id: int
    active: bool
    visibility: str
    minutes: int
    before: int
    after: int
    bookable: bool


@dataclass(frozen=True)
class Grid:
    """A window of doctors over the facilities; `places` are the doctors' active places."""

    doctors: Sequence[GridRow]
    facilities: Sequence[Facility]
    more_facilities: bool
    cells: dict[tuple[int, int], Cell]
    places: frozenset[tuple[int, int]]


def offering_grid(
    service_id: int, *, query: str | None = None, limit: int = 26, offset: int = 0
) -> Grid:
    """The grid in four statements; doctors who offer it come first."""
    facilities = list_facilities(limit=MOST_COLUMNS + 1)
    doctors = _doctors(service_id, query, limit, offset)
    ids = [doctor.id for doctor in doctors]
    return Grid(
        doctors,
        facilities[:MOST_COLUMNS],
        len(facilities) > MOST_COLUMNS,
        {(cell.doctor_id, cell.facility_id): cell for cell in _cells(service_id, ids)},
        _places(ids),
    )


def _doctors(service_id: int, query: str | None, limit: int, offset: int) -> list[GridRow]:
    offers = (
        select(ServiceOffering.id)
        .where(
            ServiceOffering.tenant_id == Doctor.tenant_id,
            ServiceOffering.doctor_id == Doctor.id,
            ServiceOffering.service_id == service_id,
        )
        .exists()
    )
    placed = (
        select(FacilityDoctor.id)
        .where(
            FacilityDoctor.tenant_id == Doctor.tenant_id,
            FacilityDoctor.doctor_id == Doctor.id,
            FacilityDoctor.active,
        )
        .exists()
    )
    rows = _named(offers, query, limit, offset)
    if len(rows) == limit:
        return rows
    # Only now: all who do not offer it are many, and far down.
    before = offset + len(rows) if rows or not offset else _count(offers, query)
    rest = placed & ~offers
    return [*rows, *_named(rest, query, limit - len(rows), max(0, offset - before))]


def _named(which: ColumnElement[bool], query: str | None, limit: int, offset: int) -> list[GridRow]:
    """Some of the doctors, by name, as far as an index in that order is read."""
    statement = (
        select(Doctor.id, Doctor.display_name, Doctor.specialty)
        .where(*_living(which, query))
        .order_by(Doctor.sort_last_name, Doctor.sort_first_name, Doctor.id)
    )
    return [GridRow._make(row) for row in session.execute(statement.limit(limit).offset(offset))]


def _count(which: ColumnElement[bool], query: str | None) -> int:
    counted = select(func.count()).select_from(Doctor).where(*_living(which, query))
    return session.scalar(counted) or 0


def _living(which: ColumnElement[bool], query: str | None) -> list[ColumnElement[bool]]:
    named = [Doctor.display_name.icontains(query, autoescape=True)] if query else []
    return [
        Doctor.tenant_id == request_context().tenant_id,
        Doctor.deleted_at.is_(None),
        which,
        *named,
    ]


def _cells(service_id: int, doctor_ids: list[int]) -> list[Cell]:
    offering, tenant_id = ServiceOffering, request_context().tenant_id
    default = (
        select(ServiceWorkflow.id)
        .where(
            ServiceWorkflow.tenant_id == offering.tenant_id,
            ServiceWorkflow.service_offering_id == offering.id,
            ServiceWorkflow.insurance_plan_id.is_(None),
            ServiceWorkflow.active,
        )
        .exists()
    )
    minutes = func.coalesce(offering.default_duration_minutes, Service.default_duration_minutes)
    rows = session.execute(
        select(
            offering.id,
            offering.doctor_id,
            offering.facility_id,
            offering.active,
            offering.visibility,
            minutes,
            offering.buffer_before_minutes,
            offering.buffer_after_minutes,
            default,
        )
        .join(Service, (Service.tenant_id == tenant_id) & (Service.id == offering.service_id))
        .where(
            offering.tenant_id == tenant_id,
            offering.service_id == service_id,
            offering.doctor_id.in_(doctor_ids),
        )
        .order_by(offering.id)
    )
    return [Cell._make(row) for row in rows]


def _places(doctor_ids: list[int]) -> frozenset[tuple[int, int]]:
    rows = session.execute(
        select(FacilityDoctor.doctor_id, FacilityDoctor.facility_id).where(
            FacilityDoctor.tenant_id == request_context().tenant_id,
            FacilityDoctor.doctor_id.in_(doctor_ids),
            FacilityDoctor.active,
        )
    )
    return frozenset((row.doctor_id, row.facility_id) for row in rows)
