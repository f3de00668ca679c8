"""Reads of services and offerings."""

from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Select, func, select

from portal.db import session
from portal.errors import NotFound
from portal.schema.doctors import Doctor
from portal.schema.facilities import Facility
from portal.schema.services import Service, ServiceOffering
from portal.sorting import containing
from portal.tenancy.context import request_context


class OfferingRow(NamedTuple):
    """A service as one doctor offers it at one facility, with the names a list shows."""

    id: int
    service_id: int
    doctor_id: int
    facility_id: int
    service_name: str
    service_code: str | None
    category: str | None
    doctor_name: str
    facility_name: str
    zone: str
    active: bool
    minutes: int


def get_service(service_id: int) -> Service:
    """A living service; raises NotFound."""
    service = get_any_service(service_id)
    if service.deleted_at is not None:
        raise NotFound
    return service


def get_any_service(service_id: int) -> Service:
    """A service, retired or not; raises NotFound."""
    service = session.scalar(
        select(Service).where(
            Service.tenant_id == request_context().tenant_id, Service.id == service_id
        )
    )
    if service is None:
        raise NotFound
    return service


def list_services(*, facility_id: int | None = None, limit: int = 300) -> Sequence[Service]:
    """Living services by name; with a facility, those actively offered there."""
    statement = _living_services().order_by(Service.sort_name, Service.id).limit(limit)
    if facility_id is not None:
        statement = statement.where(Service.id.in_(_offered_at(facility_id)))
    return session.scalars(statement).all()


def find_services(
    query: str, limit: int, *, facility_id: int | None = None, only: int | None = None
) -> Sequence[Service]:
    """The first living services with these words in name, code or category; or the one asked for.

    With a facility, those actively offered there.
    """
    found = _living_services().where(
        *containing(query, Service.name, Service.code, Service.category)
    )
    if only is not None:
        found = found.where(Service.id == only)
    if facility_id is not None:
        found = found.where(Service.id.in_(_offered_at(facility_id)))
    return session.scalars(found.order_by(Service.sort_name, Service.id).limit(limit)).all()


def _offered_at(facility_id: int) -> Select[int]:
    return select(ServiceOffering.service_id).where(
        ServiceOffering.tenant_id == request_context().tenant_id,
        ServiceOffering.facility_id == facility_id,
        ServiceOffering.active,
    )


def list_service_states(ids: Collection[int]) -> dict[int, tuple[str, bool]]:
    """The name of each of these services, and whether it is retired."""
    states = select(Service.id, Service.name, Service.deleted_at.is_not(None)).where(
        Service.tenant_id == request_context().tenant_id, Service.id.in_(ids)
    )
    return {row[0]: (row[1], row[2]) for row in session.execute(states)}


def list_offering_names(ids: Collection[int]) -> dict[int, str]:
    """The name of the service of each of these offerings, whatever became of both."""
    offering = ServiceOffering
    own = (Service.tenant_id == offering.tenant_id) & (Service.id == offering.service_id)
    named = select(offering.id, Service.name).join(Service, own)
    where = (offering.tenant_id == request_context().tenant_id, offering.id.in_(ids))
    return {row[0]: row[1] for row in session.execute(named.where(*where))}


def get_offering(offering_id: int) -> ServiceOffering:
    """Raises NotFound."""
    offering = session.scalar(
        select(ServiceOffering).where(
            ServiceOffering.tenant_id == request_context().tenant_id,
            ServiceOffering.id == offering_id,
        )
    )
    if offering is None:
        raise NotFound
    return offering


def get_offering_row(offering_id: int) -> OfferingRow:
    """An offering of a living service, doctor and facility, with its names; raises NotFound."""
    row = session.execute(_offering_rows().where(ServiceOffering.id == offering_id)).one_or_none()
    if row is None:
        raise NotFound
    return OfferingRow._make(row)


def find_offering(*, service_id: int, doctor_id: int, facility_id: int) -> ServiceOffering | None:
    return session.scalar(
        select(ServiceOffering).where(
            ServiceOffering.tenant_id == request_context().tenant_id,
            ServiceOffering.service_id == service_id,
            ServiceOffering.doctor_id == doctor_id,
            ServiceOffering.facility_id == facility_id,
        )
    )


def list_offerings(
    *,
    facility_id: int | None = None,
    service_id: int | None = None,
    doctor_id: int | None = None,
    active_only: bool = True,
    limit: int = 500,
) -> list[OfferingRow]:
    """Offerings of living services, doctors and facilities, by service and doctor."""
    statement = _offering_rows().limit(limit)
    wanted = {
        ServiceOffering.facility_id: facility_id,
        ServiceOffering.service_id: service_id,
        ServiceOffering.doctor_id: doctor_id,
    }
    for column, value in wanted.items():
        if value is not None:
            statement = statement.where(column == value)
    if active_only:
        statement = statement.where(ServiceOffering.active)
    return [OfferingRow._make(row) for row in session.execute(statement)]


def _living_services() -> Select[Service]:
    return select(Service).where(
        Service.tenant_id == request_context().tenant_id, Service.deleted_at.is_(None)
    )


def _offering_rows() -> Select[*tuple[Any, ...]]:
    offering, service, doctor, facility = ServiceOffering, Service, Doctor, Facility
    same_tenant = offering.tenant_id == request_context().tenant_id
    return (
        select(
            offering.id,
            offering.service_id,
            offering.doctor_id,
            offering.facility_id,
            service.name,
            service.code,
            service.category,
            doctor.display_name,
            facility.name,
            facility.timezone,
            offering.active,
            func.coalesce(offering.default_duration_minutes, service.default_duration_minutes),
        )
        .join(
            service,
            (service.tenant_id == offering.tenant_id) & (service.id == offering.service_id),
        )
        .join(doctor, (doctor.tenant_id == offering.tenant_id) & (doctor.id == offering.doctor_id))
        .join(
            facility,
            (facility.tenant_id == offering.tenant_id) & (facility.id == offering.facility_id),
        )
        .where(
            same_tenant,
            service.deleted_at.is_(None),
            doctor.deleted_at.is_(None),
            facility.deleted_at.is_(None),
        )
        .order_by(
            service.sort_name,
            doctor.sort_last_name,
            doctor.sort_first_name,
            offering.id,
        )
    )
