"""A clinic of two facilities, somebody limited to one, and breaking the glass without a browser."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count

from sqlalchemy import delete, select, text

from portal.db import session
from portal.patients.commands.reaching import break_glass
from portal.schema.accounts import UserSession
from portal.schema.patients import BreakGlass
from portal.tenancy.context import enter_session
from tests.support.factories import a_facility
from tests.support.people import Clinic, Person
from tests.support.scheduling import a_patient

REASON = "Came to our desk without an appointment"
_numbers = count(1)


@dataclass
class Elsewhere:
    """Somebody limited to the clinic's first facility, and a patient whom the second one knows."""

    clinic: Clinic
    person: Person
    facility_id: int
    patient_id: int
    mrn: str


def elsewhere(clinic: Clinic, role: str = "front_desk", **known: str) -> Elsewhere:
    """The person and the patient."""
    number = next(_numbers)
    person = clinic.hire(f"limited{number}", role, facility_ids=(clinic.facility_id,))
    with clinic.at_work():
        facility = a_facility()
        patient = a_patient(facility_id=facility.id, **known)
        return Elsewhere(clinic, person, facility.id, patient.id, patient.mrn)


@contextmanager
def signed_in(person: Person, clinic: Clinic, *, proven: str = "now()") -> Iterator[None]:
    """A session of the person's own, entered as the web application enters it.

    Args:
        proven: when they last proved who they are, as SQL.
    """
    with clinic.at_work():
        session.execute(delete(UserSession).where(UserSession.token_hash == token_of(person)))
        session.add(
            UserSession(
                user_id=person.id,
                token_hash=token_of(person),
                idle_seconds=3600,
                expires_at=session.scalar(text("SELECT now() + interval '1 hour'")),
                proven_at=session.scalar(text(f"SELECT {proven}")),
            )
        )
    assert enter_session(token_of(person))
    yield
    session.commit()


def token_of(person: Person) -> bytes:
    """The hash that enters the session of `signed_in`."""
    return hashlib.sha256(person.email.encode()).digest()


def broken_glass(clinic: Clinic) -> BreakGlass:
    """A use by somebody new, who is not signed in any more."""
    there = elsewhere(clinic)
    with signed_in(there.person, clinic):
        break_glass(there.patient_id, REASON)
    with clinic.at_work():
        return session.scalars(select(BreakGlass).order_by(BreakGlass.id.desc()).limit(1)).one()
