"""Reading what was disclosed of a patient."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import or_, select

from portal.activity.models import Disclosure
from portal.db import session
from portal.patients.models import Patient
from portal.tenancy.context import facts

MOST_LISTED = 1_000


def list_disclosures(
    patient_id: int, *, since: date, limit: int = MOST_LISTED
) -> Sequence[Disclosure]:
    """A patient's disclosures from a day on, the oldest first; also of records merged into it."""
    tenant_id = facts().tenant_id
    merged = select(Patient.id).where(
        Patient.tenant_id == tenant_id, Patient.merged_into == patient_id
    )
    found = select(Disclosure).where(
        Disclosure.tenant_id == tenant_id,
        or_(Disclosure.patient_id == patient_id, Disclosure.patient_id.in_(merged)),
        Disclosure.disclosed_on >= since,
    )
    return session.scalars(
        found.order_by(Disclosure.disclosed_on, Disclosure.id).limit(limit)
    ).all()


def find_disclosure(row_uid: UUID) -> Disclosure | None:
    """The disclosure that a form with this key recorded."""
    return session.scalar(
        select(Disclosure).where(
            Disclosure.tenant_id == facts().tenant_id, Disclosure.row_uid == row_uid
        )
    )
