"""Doctors as a field that searches finds them: the first that match, or one."""

from typing import NamedTuple

from sqlalchemy import Select, select

from portal.db import session
from portal.schema.doctors import Doctor, FacilityDoctor
from portal.sorting import containing
from portal.tenancy.context import request_context


class FoundDoctor(NamedTuple):
    """A doctor as a field that searches lists them."""

    id: int
    display_name: str
    specialty: str | None


def find_doctors(
    query: str, limit: int, *, facility_id: int | None = None, only: int | None = None
) -> list[FoundDoctor]:
    """The first living doctors with these words in name, specialty or NPI; or the one asked for.

    With a facility, those who work there.
    """
    found = select(Doctor).where(
        Doctor.tenant_id == request_context().tenant_id, Doctor.deleted_at.is_(None),
        *containing(query, Doctor.display_name, Doctor.first_name, Doctor.last_name,
                    Doctor.specialty, Doctor.npi)
    )  # fmt: skip
    if only is not None:
        found = found.where(Doctor.id == only)
    if facility_id is not None:
        there = FacilityDoctor.facility_id == facility_id
        found = found.where(Doctor.id.in_(_at_work().where(there)))
    named = found.with_only_columns(Doctor.id, Doctor.display_name, Doctor.specialty)
    ordered = named.order_by(Doctor.sort_last_name, Doctor.sort_first_name, Doctor.id)
    return [FoundDoctor._make(row) for row in session.execute(ordered.limit(limit))]


def _at_work() -> Select[int]:
    """The doctors of active places."""
    own = FacilityDoctor.tenant_id == request_context().tenant_id
    return select(FacilityDoctor.doctor_id).where(own, FacilityDoctor.active)


def facilities_of(doctor_id: int) -> Select[int]:
    """Where a doctor has an active place."""
    location = FacilityDoctor
    own = (
        location.tenant_id == request_context().tenant_id,
        location.doctor_id == doctor_id,
        location.active,
    )
    return select(location.facility_id).where(*own)
