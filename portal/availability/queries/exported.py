"""Weekly hours as rows of a table.

Each has the names that its screen shows, is bounded by the caller and filtered as its screen is.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, func, select

from portal.db import session
from portal.schema.availability import AvailabilityRule
from portal.schema.doctors import Doctor, FacilityDoctor
from portal.schema.facilities import Facility
from portal.schema.services import (
    Service,
    ServiceOffering,
)
from portal.sorting import having
from portal.tenancy.context import request_context


def list_hours(*, query: str = "", limit: int, offset: int = 0) -> Sequence[Any]:
    """The weekly hours that hold, of doctors who have their place, as an import takes them."""
    rule = AvailabilityRule
    statement = (
        _named_rules()
        .where(*having(query, Doctor.display_name, Doctor.specialty, Facility.name))
        .order_by(
            Doctor.sort_last_name, Doctor.sort_first_name, Doctor.id, Facility.sort_name,
            rule.day_of_week, rule.start_time, rule.id,
        )
    )  # fmt: skip
    return session.execute(statement.limit(limit).offset(offset)).all()


def _named_rules() -> Select[*tuple[Any, ...]]:
    """Rules that hold at places that stand, with their names; no NPI: the name stands for it."""
    rule, location, offering = AvailabilityRule, FacilityDoctor, ServiceOffering
    tenant = rule.tenant_id
    at_place = (location.doctor_id == rule.doctor_id) & (location.facility_id == rule.facility_id)
    return (
        select(
            func.coalesce(Doctor.npi, Doctor.display_name).label("npi"),
            Doctor.display_name.label("doctor"),
            Facility.name.label("facility"),
            rule.day_of_week,
            rule.start_time,
            rule.end_time,
            rule.slot_duration_minutes,
            rule.slot_interval_minutes,
            Service.name.label("service"),
            rule.capacity,
            rule.valid_from,
            rule.valid_to,
            Facility.timezone.label("zone"),
        )
        .join(Doctor, (Doctor.tenant_id == tenant) & (Doctor.id == rule.doctor_id))
        .join(Facility, (Facility.tenant_id == tenant) & (Facility.id == rule.facility_id))
        .join(location, (location.tenant_id == tenant) & at_place & location.active)
        .outerjoin(
            offering, (offering.tenant_id == tenant) & (offering.id == rule.service_offering_id)
        )
        .outerjoin(Service, (Service.tenant_id == tenant) & (Service.id == offering.service_id))
        .where(
            tenant == request_context().tenant_id,
            rule.active,
            Doctor.deleted_at.is_(None),
            Facility.deleted_at.is_(None),
        )
    )
