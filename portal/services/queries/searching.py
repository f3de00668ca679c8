"""The catalogue and the offerings as lists to search, each in one statement.

What is counted of a row is counted of those that are shown: in one select with the list, the rows
before a late page would be counted too, one by one.
"""

from typing import Any, NamedTuple

from sqlalchemy import Select, func, select, true

from portal.db import session
from portal.facilities.queries import open_facility_of
from portal.schema.doctors import Doctor, FacilityDoctor
from portal.schema.facilities import Facility
from portal.schema.services import Service, ServiceOffering, ServiceWorkflow, StepTemplate
from portal.schema.services import WorkflowStep as Step
from portal.sorting import by_name, containing, having
from portal.tenancy.context import request_context

# Further down a list it is faster to sort all of it.
NEAR = 500


class ServiceRow(NamedTuple):
    """A service in the catalogue, with how many doctors' places offer it."""

    id: int
    name: str
    code: str | None
    code_system: str
    category: str | None
    minutes: int
    offerings: int


class TemplateRow(NamedTuple):
    """A step template, with how many active workflows take it."""

    id: int
    name: str
    description: str | None
    minutes: int
    requires_location: bool
    workflows: int


class PathRow(NamedTuple):
    """An offering, the minutes of its default (None: there is none), and its plans' own paths."""

    id: int
    service_name: str
    doctor_name: str
    facility_name: str
    active: bool
    minutes: int | None
    plans: int


def search_services(
    *, query: str | None = None, retired: bool = False, limit: int = 51, offset: int = 0
) -> list[ServiceRow]:
    """Services whose name, code or category has the words in it, by name."""
    gone = Service.deleted_at.is_not(None) if retired else Service.deleted_at.is_(None)
    statement = (
        select(
            Service.id,
            Service.name,
            Service.code,
            Service.code_system,
            Service.category,
            Service.default_duration_minutes,
        )
        .where(Service.tenant_id == request_context().tenant_id, gone)
        .order_by(Service.sort_name, Service.id)
    )
    found = statement.where(*having(query or "", Service.name, Service.code, Service.category))
    page = found.limit(limit).offset(offset).subquery()
    offering = ServiceOffering
    offered = (
        select(offering.service_id, func.count().label("times"))
        .where(
            offering.tenant_id == request_context().tenant_id,
            offering.service_id.in_(select(page.c.id)),
            offering.active,
        )
        .group_by(offering.service_id)
        .subquery()
    )
    rows = (
        select(page, func.coalesce(offered.c.times, 0))
        .outerjoin(offered, offered.c.service_id == page.c.id)
        .order_by(*by_name(page.c.name), page.c.id)
    )
    return [ServiceRow._make(row) for row in session.execute(rows)]


def search_step_templates(
    *, query: str | None = None, limit: int = 51, offset: int = 0
) -> list[TemplateRow]:
    """Step templates whose name has the words in it, by name."""
    statement = (
        select(
            StepTemplate.id,
            StepTemplate.name,
            StepTemplate.description,
            StepTemplate.default_duration_minutes,
            StepTemplate.requires_location,
        )
        .where(StepTemplate.tenant_id == request_context().tenant_id)
        .order_by(StepTemplate.sort_name, StepTemplate.id)
    )
    found = statement.where(*having(query or "", StepTemplate.name))
    page = found.limit(limit).offset(offset).subquery()
    used = (
        select(
            Step.step_template_id, func.count(Step.service_workflow_id.distinct()).label("times")
        )
        .join(
            ServiceWorkflow,
            (ServiceWorkflow.tenant_id == Step.tenant_id)
            & (ServiceWorkflow.id == Step.service_workflow_id),
        )
        .where(
            Step.tenant_id == request_context().tenant_id,
            Step.step_template_id.in_(select(page.c.id)),
            ServiceWorkflow.active,
        )
        .group_by(Step.step_template_id)
        .subquery()
    )
    rows = (
        select(page, func.coalesce(used.c.times, 0))
        .outerjoin(used, used.c.step_template_id == page.c.id)
        .order_by(*by_name(page.c.name), page.c.id)
    )
    return [TemplateRow._make(row) for row in session.execute(rows)]


def search_paths(*, query: str | None = None, limit: int = 51, offset: int = 0) -> list[PathRow]:
    """Offerings with their workflows, searched by service, doctor or facility."""
    near = not query and offset < NEAR
    named = _first_offerings(limit + offset) if near else _named_offerings(query)
    page = named.limit(limit).offset(offset).subquery()
    workflow = ServiceWorkflow
    active = select(workflow).where(
        workflow.tenant_id == request_context().tenant_id,
        workflow.service_offering_id == page.c.id,
        workflow.active,
    )
    default = active.where(workflow.insurance_plan_id.is_(None)).with_only_columns(
        workflow.total_estimated_minutes
    )
    own = active.where(workflow.insurance_plan_id.is_not(None)).with_only_columns(func.count())
    rows = select(
        page.c.id,
        page.c.service,
        page.c.doctor,
        page.c.facility,
        page.c.active,
        default.scalar_subquery(),
        own.scalar_subquery(),
    ).order_by(
        page.c.sort_service,
        page.c.sort_last_name,
        page.c.sort_first_name,
        page.c.sort_facility,
        page.c.id,
    )
    return [PathRow._make(row) for row in session.execute(rows)]


def _first_offerings(limit: int) -> Select[*tuple[Any, ...]]:
    """The offerings for no query: of each service no more are sorted than can be shown."""
    offering, service, doctor = ServiceOffering, Service, Doctor
    tenant, site = request_context().tenant_id, open_facility_of(offering.facility_id)
    own = (
        select(
            offering.id,
            doctor.display_name.label("doctor"),
            doctor.sort_last_name,
            doctor.sort_first_name,
            site.c.name.label("facility"),
            site.c.sort_name.label("sort_facility"),
            offering.active,
        )
        .join(doctor, (doctor.tenant_id == tenant) & (doctor.id == offering.doctor_id))
        .join(site, true())
        .where(
            offering.tenant_id == tenant, offering.service_id == service.id,
            doctor.deleted_at.is_(None),
        )
        .order_by(doctor.sort_last_name, doctor.sort_first_name, site.c.sort_name, offering.id)
        .limit(limit)
        .correlate(service)
        .lateral()
    )  # fmt: skip
    offered = select(offering.service_id).where(offering.tenant_id == tenant).distinct()
    return (
        select(
            own.c.id, service.name.label("service"), own.c.doctor, own.c.facility, own.c.active,
            service.sort_name.label("sort_service"), own.c.sort_last_name, own.c.sort_first_name,
            own.c.sort_facility,
        )
        .select_from(service)
        .join(own, true())
        .where(service.tenant_id == tenant, service.deleted_at.is_(None), service.id.in_(offered))
        .order_by(
            service.sort_name, own.c.sort_last_name, own.c.sort_first_name, own.c.sort_facility,
            own.c.id
        )
    )  # fmt: skip


def _named_offerings(query: str | None) -> Select[*tuple[Any, ...]]:
    """Offerings of what is not retired or closed, with their names, in the order of the list."""
    offering, service, doctor = ServiceOffering, Service, Doctor
    tenant, site = offering.tenant_id, open_facility_of(offering.facility_id)
    statement = (
        select(
            offering.id,
            service.name.label("service"),
            doctor.display_name.label("doctor"),
            service.sort_name.label("sort_service"),
            doctor.sort_last_name,
            doctor.sort_first_name,
            site.c.name.label("facility"),
            site.c.sort_name.label("sort_facility"),
            offering.active,
        )
        .join(service, (service.tenant_id == tenant) & (service.id == offering.service_id))
        .join(doctor, (doctor.tenant_id == tenant) & (doctor.id == offering.doctor_id))
        .join(site, true())
        .where(
            tenant == request_context().tenant_id,
            service.deleted_at.is_(None),
            doctor.deleted_at.is_(None),
        )
        .order_by(
            service.sort_name,
            doctor.sort_last_name,
            doctor.sort_first_name,
            site.c.sort_name,
            offering.id,
        )
    )
    return statement.where(*having(query or "", service.name, doctor.display_name, site.c.name))


class PlaceName(NamedTuple):
    """A doctor at a facility, as a field that searches lists them."""

    doctor_id: int
    facility_id: int
    doctor: str
    facility: str


def find_places_without(
    service_id: int, query: str, limit: int, *, only: tuple[int, int] | None = None
) -> list[PlaceName]:
    """The first places with these words where nobody was told how a service is offered.

    `only` is the place of this doctor at this facility.
    """
    location, offering, facility = FacilityDoctor, ServiceOffering, Facility
    offered = (
        select(offering.id)
        .where(offering.tenant_id == location.tenant_id, offering.service_id == service_id,
               offering.doctor_id == location.doctor_id,
               offering.facility_id == location.facility_id)
        .exists()
    )  # fmt: skip
    found = (
        select(location.doctor_id, location.facility_id, Doctor.display_name, facility.name)
        .join(Doctor, (Doctor.tenant_id == location.tenant_id) & (Doctor.id == location.doctor_id))
        .join(facility, (facility.tenant_id == location.tenant_id)
              & (facility.id == location.facility_id))
        .where(
            location.tenant_id == request_context().tenant_id, location.active,
            Doctor.deleted_at.is_(None),
            facility.deleted_at.is_(None), ~offered,
            *containing(query, Doctor.display_name, facility.name),
        )
        .order_by(Doctor.sort_last_name, Doctor.sort_first_name, Doctor.id, facility.id)
        .limit(limit)
    )  # fmt: skip
    if only is not None:
        found = found.where(location.doctor_id == only[0], location.facility_id == only[1])
    return [PlaceName._make(row) for row in session.execute(found)]
