"""Names for the log's numbers, each kind in one query. A patient's number is no personal field."""

from collections.abc import Iterable

from sqlalchemy import select

from portal.auth.models import User
from portal.db import column_by_id, session
from portal.patients.models import Patient
from portal.sorting import sorted_as

MOST_LISTED = 500


def list_people(*, limit: int = MOST_LISTED) -> list[tuple[int, str]]:
    """Staff of any status by name: id and name."""
    people = select(User.id, User.name).order_by(sorted_as(User.name), User.id).limit(limit)
    return [(row.id, row.name) for row in session.execute(people)]


def names_of(user_ids: Iterable[int | None]) -> dict[int, str]:
    """Users' names."""
    return column_by_id(User.id, User.name, user_ids)


def numbers_of(patient_ids: Iterable[int | None]) -> dict[int, str]:
    """Patients' medical record numbers."""
    return column_by_id(Patient.id, Patient.mrn, patient_ids)
