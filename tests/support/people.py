"""Two clinic groups and their staff, made by the commands that make real ones.

`alder` is the clinic that tests are about; whoever belongs to `birch` is the outsider.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import psycopg
import pytest
from argon2 import PasswordHasher
from sqlalchemy import select

from portal.auth import passwords
from portal.db import session
from portal.facilities.commands import FacilityDetails, open_facility
from portal.schema.audit import AuditEntry
from portal.staff.commands import people
from portal.staff.commands.people import NewClinic, create_user, found_clinic
from portal.state import RequestContext
from portal.tenancy.context import as_job
from tests.support.databases import Database

PASSWORD = "twelve letters and more"


@dataclass(frozen=True)
class Person:
    """Somebody who can sign in."""

    clinic: str
    email: str
    role: str
    id: int
    password: str = PASSWORD


@dataclass
class Clinic:
    """A clinic group with one facility and one person in each role."""

    id: int
    slug: str
    facility_id: int
    owner: Person = field(init=False)
    admin: Person = field(init=False)
    desk: Person = field(init=False)
    clinician: Person = field(init=False)
    auditor: Person = field(init=False)

    @contextmanager
    def at_work(self) -> Iterator[RequestContext]:
        """Do what is inside for this clinic, as a job: how factories make what tests need."""
        with as_job(self.id, "tests") as facts:
            yield facts

    def entries(self, action: str, **where: Any) -> Sequence[AuditEntry]:
        """This clinic's audit entries of one action, oldest first."""
        with self.at_work():
            found = select(AuditEntry).filter_by(action_type=action, **where)
            return session.scalars(found.order_by(AuditEntry.id)).all()

    def hire(self, name: str, role: str, *, facility_ids: tuple[int, ...] = ()) -> Person:
        """One more person, who can sign in at once."""
        email = f"{name}@{self.slug}.example"
        details = people.Person(email, name.title(), role, facility_ids)
        with self.at_work():
            user = create_user(details, PASSWORD)
            return Person(self.slug, email, role, user.id)


ROLES = {
    "owner": "owner",
    "admin": "admin",
    "desk": "front_desk",
    "clinician": "clinician",
    "auditor": "auditor",
}


def found(slug: str, timezone: str) -> Clinic:
    """A clinic group with its staff."""
    clinic_id = found_clinic(NewClinic(slug, slug.title(), timezone))
    with as_job(clinic_id, "tests"):
        details = FacilityDetails(name=f"{slug.title()} Central", slug="central", timezone=timezone)
        clinic = Clinic(clinic_id, slug, open_facility(details).id)
    for name, role in ROLES.items():
        setattr(clinic, name, clinic.hire(name, role))
    return clinic


@pytest.fixture(scope="session", autouse=True)
def cheap_passwords() -> Iterator[None]:
    """Argon2 with the least work, and each password hashed once a run."""
    with pytest.MonkeyPatch.context() as patch:
        hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
        patch.setattr(passwords, "_hasher", hasher)
        patch.setattr(passwords, "_NOBODY", hasher.hash("nobody"))
        patch.setattr(passwords, "hashed", cache(passwords.hashed))
        yield


STAFF = """
SELECT tenants.id, facilities.id, users.role, users.email, users.id
  FROM tenants JOIN facilities ON facilities.tenant_id = tenants.id
  JOIN users ON users.tenant_id = tenants.id
 WHERE tenants.slug = %s
"""


def staffed(database: Database, slug: str) -> Clinic:
    """A clinic group that `found` made in this database, found again."""
    rows = _staff(database.url("admin"), slug)
    names = {role: name for name, role in ROLES.items()}
    clinic = Clinic(rows[0][0], slug, rows[0][1])
    for _, _, role, email, user_id in rows:
        setattr(clinic, names[role], Person(slug, email, role, user_id))
    return clinic


@cache
def _staff(url: str, slug: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(url) as admin:
        return admin.execute(STAFF, [slug]).fetchall()
