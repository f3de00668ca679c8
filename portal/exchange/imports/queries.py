"""Records that are here already, by the names a file may use; and the uploaded files."""

from collections import defaultdict
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import select

from portal.db import session
from portal.errors import NotFound
from portal.exchange.imports.rules import plain
from portal.facilities.queries import list_facilities
from portal.phi.sealed import open_field
from portal.schema.accounts import User
from portal.schema.doctors import Doctor, FacilityDoctor
from portal.schema.insurance import InsurancePlan, InsuranceProvider
from portal.schema.services import Service
from portal.schema.uploads import Upload
from portal.tenancy.context import request_context

# More than any clinic has. What an import does not see it would add again.
MOST = 100_000


class UploadRow(NamedTuple):
    """A file that was brought, without what is in it; `counts` are those of its import."""

    id: int
    kind: str
    status: str
    file_name: str
    by: str
    created_at: datetime
    counts: dict[str, int]


def get_upload(upload_id: int) -> Upload:
    """Raises NotFound."""
    found = session.scalar(
        select(Upload).where(
            Upload.tenant_id == request_context().tenant_id, Upload.id == upload_id
        )
    )
    if found is None:
        raise NotFound
    return found


def list_uploads(*, limit: int = 51, offset: int = 0) -> list[UploadRow]:
    """The files that were brought, the last first."""
    statement = (
        select(
            Upload.id,
            Upload.kind,
            Upload.status,
            Upload.row_uid,
            Upload.file_name_envelope,
            User.name,
            Upload.created_at,
            Upload.report["counts"].label("counts"),
        )
        .join(User, (User.tenant_id == Upload.tenant_id) & (User.id == Upload.uploaded_by))
        .where(Upload.tenant_id == request_context().tenant_id)
        .order_by(Upload.created_at.desc(), Upload.id.desc())
        .limit(limit)
        .offset(offset)
    )
    return [_row(row) for row in session.execute(statement)]


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


def facilities_by_name() -> dict[str, int]:
    """The open facilities that the person reaches, by name and by short name."""
    own = request_context().facility_ids
    reached = [each for each in list_facilities(limit=MOST) if own is None or each.id in own]
    return {plain(name): each.id for each in reached for name in (each.name, each.slug)}


def services_by_name() -> dict[str, int]:
    """The living services by name; of namesakes the newest."""
    living = (Service.tenant_id == request_context().tenant_id, Service.deleted_at.is_(None))
    rows = session.execute(
        select(Service.name, Service.id).where(*living).order_by(Service.id).limit(MOST)
    )
    return {plain(name): service_id for name, service_id in rows}


def payers_by_name() -> dict[str, int]:
    """The payers, exactly as they are called."""
    payer = InsuranceProvider
    statement = select(payer.name, payer.id).where(payer.tenant_id == request_context().tenant_id)
    return {row.name: row.id for row in session.execute(statement.order_by(payer.id).limit(MOST))}


def plan_keys() -> set[tuple[int, str | None]]:
    """Each plan's payer and code."""
    plan = InsurancePlan
    rows = session.execute(
        select(plan.insurance_provider_id, plan.plan_code)
        .where(plan.tenant_id == request_context().tenant_id)
        .order_by(plan.id)
        .limit(MOST)
    )
    return {(payer_id, code) for payer_id, code in rows}


def _row(row: Any) -> UploadRow:
    name = open_field("uploads", "file_name", row.row_uid, row.file_name_envelope, patient_id=None)
    return UploadRow(row.id, row.kind, row.status, name, row.name, row.created_at, row.counts or {})
