"""Getting one patient, and the latest ones."""

from sqlalchemy import select, text

from portal.db import session
from portal.errors import NotFound
from portal.patients.queries.access_scope import is_outside
from portal.patients.queries.merges import find_survivor
from portal.patients.queries.rows import COLUMNS, LIVING, PatientOpener, PatientRow
from portal.patients.rules.access_scope import OutsideFacilities
from portal.patients.rules.merging import MergedInto
from portal.schema.patients import Patient
from portal.tenancy.context import request_context

RECENT = text(
    " ".join(
        ("SELECT", COLUMNS, "FROM patients p WHERE", LIVING,
         "ORDER BY p.updated_at DESC, p.id DESC LIMIT :limit")
    )
)  # fmt: skip


def get_patient(patient_id: int) -> Patient:
    """The living patient.

    Raises:
        NotFound: no such patient in this clinic.
        MergedInto: the record is part of another one now.
        OutsideFacilities: only other facilities than this person's know them.
    """
    found = find_patient(patient_id)
    if found is not None and found.merged_into is None:
        return found
    survivor_id = find_survivor(patient_id)
    if survivor_id is not None and find_patient(survivor_id) is not None:
        raise MergedInto(patient_id, survivor_id)
    if found is not None and found.merged_into is not None:
        raise OutsideFacilities(found.merged_into)
    if request_context().facility_ids is not None and is_outside(patient_id):
        raise OutsideFacilities(patient_id)
    raise NotFound


def find_patient(patient_id: int) -> Patient | None:
    """The patient, also a merged one, or None."""
    return session.scalar(
        select(Patient).where(
            Patient.tenant_id == request_context().tenant_id,
            Patient.id == patient_id,
            Patient.deleted_at.is_(None),
        )
    )


def list_recent_patients(*, limit: int = 20) -> list[PatientRow]:
    """The patients last registered or changed, the latest first."""
    rows = session.execute(RECENT, {"tenant_id": request_context().tenant_id, "limit": limit})
    opener = PatientOpener()
    return [PatientRow(row, opener) for row in rows]
