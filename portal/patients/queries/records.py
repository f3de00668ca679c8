"""Getting one patient, and the latest ones."""

from sqlalchemy import select, text

from portal.db import session
from portal.patients.models import Patient
from portal.patients.queries.rows import COLUMNS, LIVING, PatientRow
from portal.refusals import NotFound
from portal.tenancy.context import facts

RECENT = text(
    " ".join(
        ("SELECT", COLUMNS, "FROM patients p WHERE", LIVING,
         "ORDER BY p.updated_at DESC, p.id DESC LIMIT :limit")
    )
)  # fmt: skip


def get_patient(patient_id: int) -> Patient:
    """The living patient, also a merged one.

    Raises:
        NotFound: no such patient in this clinic.
    """
    found = find_patient(patient_id)
    if found is None:
        raise NotFound
    return found


def find_patient(patient_id: int) -> Patient | None:
    """The patient, or None."""
    return session.scalar(
        select(Patient).where(
            Patient.tenant_id == facts().tenant_id,
            Patient.id == patient_id,
            Patient.deleted_at.is_(None),
        )
    )


def list_recent_patients(*, limit: int = 20) -> list[PatientRow]:
    """The patients last registered or changed, the latest first."""
    rows = session.execute(RECENT, {"tenant_id": facts().tenant_id, "limit": limit})
    return [PatientRow(row) for row in rows]
