"""Every read of doctors and their places."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Select, func, select

from portal.db import session
from portal.doctors.models import Doctor, FacilityDoctor
from portal.refusals import NotFound
from portal.tenancy.context import facts


class Place(NamedTuple):
    """A doctor at a facility, as a column's head or a choice in a list."""

    id: int
    doctor_id: int
    facility_id: int
    display_name: str
    specialty: str | None
    role: str | None
    active: bool


def get_doctor(doctor_id: int) -> Doctor:
    """A living doctor.

    Raises:
        NotFound: no such doctor in this clinic.
    """
    doctor = session.scalar(_living().where(Doctor.id == doctor_id))
    if doctor is None:
        raise NotFound
    return doctor


def list_doctors(*, facility_id: int | None = None, limit: int = 200) -> Sequence[Doctor]:
    """Living doctors by name; with a facility, those with an active place there."""
    statement = _living().order_by(Doctor.last_name, Doctor.first_name, Doctor.id).limit(limit)
    if facility_id is not None:
        statement = statement.join(
            FacilityDoctor,
            (FacilityDoctor.tenant_id == Doctor.tenant_id)
            & (FacilityDoctor.doctor_id == Doctor.id),
        ).where(FacilityDoctor.facility_id == facility_id, FacilityDoctor.active)
    return session.scalars(statement).all()


def count_doctors() -> int:
    return session.scalar(select(func.count()).select_from(_living().subquery())) or 0


def find_place(*, doctor_id: int, facility_id: int) -> FacilityDoctor | None:
    return session.scalar(
        select(FacilityDoctor).where(
            FacilityDoctor.tenant_id == facts().tenant_id,
            FacilityDoctor.doctor_id == doctor_id,
            FacilityDoctor.facility_id == facility_id,
        )
    )


def list_places(
    *,
    facility_id: int | None = None,
    doctor_id: int | None = None,
    active_only: bool = True,
    limit: int = 500,
) -> list[Place]:
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
        .where(FacilityDoctor.tenant_id == facts().tenant_id, Doctor.deleted_at.is_(None))
        .order_by(Doctor.last_name, Doctor.first_name, Doctor.id, FacilityDoctor.facility_id)
        .limit(limit)
    )
    if facility_id is not None:
        statement = statement.where(FacilityDoctor.facility_id == facility_id)
    if doctor_id is not None:
        statement = statement.where(FacilityDoctor.doctor_id == doctor_id)
    if active_only:
        statement = statement.where(FacilityDoctor.active)
    return [Place._make(row) for row in session.execute(statement)]


def _living() -> Select[Doctor]:
    return select(Doctor).where(Doctor.tenant_id == facts().tenant_id, Doctor.deleted_at.is_(None))
