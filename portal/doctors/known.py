"""The doctors that are here already, by the names a file may use."""

from collections import defaultdict

from sqlalchemy import select

from portal.db import session
from portal.registry.lines import (
    MOST,
    plain,
)
from portal.schema.doctors import Doctor, FacilityDoctor
from portal.tenancy.context import request_context


def doctors_by_name() -> dict[str, set[int]]:
    """The living doctors' ids by NPI and by each way their names are written."""
    found: dict[str, set[int]] = defaultdict(set)
    columns = (Doctor.id, Doctor.npi, Doctor.first_name, Doctor.last_name, Doctor.display_name)
    living = (Doctor.tenant_id == request_context().tenant_id, Doctor.deleted_at.is_(None))
    rows = session.execute(select(*columns).where(*living).order_by(Doctor.id).limit(MOST))
    for doctor_id, npi, first, last, display in rows:
        for name in (npi, display, f"{first} {last}", f"{last}, {first}"):
            if name:
                found[plain(name)].add(doctor_id)
    return found


def places() -> set[tuple[int, int]]:
    """Each doctor's places, active or ended: doctor and facility."""
    location = FacilityDoctor
    rows = session.execute(
        select(location.doctor_id, location.facility_id)
        .where(location.tenant_id == request_context().tenant_id)
        .order_by(location.id)
        .limit(MOST)
    )
    return {(doctor_id, facility_id) for doctor_id, facility_id in rows}
