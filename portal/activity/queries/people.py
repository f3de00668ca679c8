"""Names for the log's numbers, each kind in one query. A patient's number is no personal field."""

from collections.abc import Iterable

from sqlalchemy import select

from portal.db import column_by_id, session
from portal.schema.accounts import User
from portal.schema.patients import Patient
from portal.sorting import containing


def find_people(query: str, limit: int, *, only: int | None = None) -> list[tuple[int, str]]:
    """The first staff of any status with these words in name or e-mail; or the one asked for."""
    found = select(User.id, User.name).where(*containing(query, User.name, User.email))
    if only is not None:
        found = found.where(User.id == only)
    ordered = found.order_by(User.sort_name, User.id).limit(limit)
    return [(row.id, row.name) for row in session.execute(ordered)]


def names_of(user_ids: Iterable[int | None]) -> dict[int, str]:
    """Users' names."""
    return column_by_id(User.id, User.name, user_ids)


def numbers_of(patient_ids: Iterable[int | None]) -> dict[int, str]:
    """Patients' medical record numbers."""
    return column_by_id(Patient.id, Patient.mrn, patient_ids)
