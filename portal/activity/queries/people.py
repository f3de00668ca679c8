"""Names for the log's numbers, each kind in one query. A patient's number is no personal field."""

from collections.abc import Iterable

from sqlalchemy import select

from portal.auth.models import User
from portal.db import session
from portal.patients.models import Patient

MOST_LISTED = 500


def list_people(*, limit: int = MOST_LISTED) -> list[tuple[int, str]]:
    """Staff of any status by name: id and name."""
    people = select(User.id, User.name).order_by(User.name, User.id).limit(limit)
    return [(row.id, row.name) for row in session.execute(people)]


def names_of(user_ids: Iterable[int | None]) -> dict[int, str]:
    """Users' names."""
    wanted = {each for each in user_ids if each is not None}
    if not wanted:
        return {}
    found = select(User.id, User.name).where(User.id.in_(wanted)).order_by(User.id)
    return {row.id: row.name for row in session.execute(found.limit(len(wanted)))}


def numbers_of(patient_ids: Iterable[int | None]) -> dict[int, str]:
    """Patients' medical record numbers."""
    wanted = {each for each in patient_ids if each is not None}
    if not wanted:
        return {}
    found = select(Patient.id, Patient.mrn).where(Patient.id.in_(wanted)).order_by(Patient.id)
    return {row.id: row.mrn for row in session.execute(found.limit(len(wanted)))}
