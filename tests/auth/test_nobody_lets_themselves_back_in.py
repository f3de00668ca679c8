"""What is taken from somebody is not taken back by a proof that the portal made before.

The kind: a proof is good for half a minute, and says of a row what the row said then. Whoever
changes their own language has a proof of their own role, and that they may sign in.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from portal.auth.commands.sessions import choose_language
from portal.auth.rules import hash_of
from portal.auth.vouching import WRITES, vouch
from portal.db import session
from portal.tenancy.context import enter_session
from tests.support.client import Browser
from tests.support.meanwhile import meanwhile
from tests.support.people import Clinic, Person

CHANGE = text("UPDATE users SET role = :role, status = :status WHERE id = :id")
TAKEN = {"the role": {"role": "auditor"}, "access": {"status": "disabled"}}


def changed(person: Person, **what: str) -> None:
    """Write somebody's role and status, in words of SQL."""
    usual = {"id": person.id, "role": person.role, "status": "active"}
    session.execute(CHANGE, usual | what)


@contextmanager
def signed_in_already(browser: Browser, clinic: Clinic, person: Person) -> Iterator[None]:
    """Be this person, with a proof of before; what is inside is done meanwhile, as a job."""
    browser.sign_in(person)
    assert enter_session(hash_of(browser.get_cookie("portal").value)) is not None
    choose_language("es")
    session.flush()
    with meanwhile(clinic):
        yield


@pytest.mark.parametrize("whose", ["owner", "admin", "desk"])
@pytest.mark.parametrize("taken", TAKEN.values(), ids=TAKEN)
def test_what_was_taken_is_not_taken_back(browser, alder: Clinic, whose, taken):
    person = getattr(alder, whose)
    with signed_in_already(browser, alder, person):
        changed(person, **taken)
    with pytest.raises(ProgrammingError, match=r"their own role or status|by owners"):
        changed(person)


def test_what_was_not_taken_is_written_as_it_is(browser, alder: Clinic):
    with signed_in_already(browser, alder, alder.admin):
        pass
    changed(alder.admin)


@pytest.mark.parametrize("what", [{"role": "auditor"}, {"status": "disabled"}])
def test_nobody_steps_down_or_out_by_any_proof(browser, alder: Clinic, what):
    with signed_in_already(browser, alder, alder.owner):
        pass
    vouched(alder.owner, **what)
    with pytest.raises(ProgrammingError, match="their own role or status"):
        changed(alder.owner, **what)


def test_whoever_is_let_in_no_more_sees_to_nobody_by_any_proof(browser, alder: Clinic):
    with signed_in_already(browser, alder, alder.admin):
        changed(alder.admin, status="disabled")
    vouched(alder.desk, role="admin")
    with pytest.raises(ProgrammingError, match="who manages the staff"):
        changed(alder.desk, role="admin")


def vouched(person: Person, **what: str) -> None:
    """Have the portal vouch for somebody's row with these values."""
    names = WRITES["users"]["UPDATE"]
    asked = text(f"SELECT {', '.join(names)} FROM users WHERE id = :id")
    row = session.execute(asked, {"id": person.id}).one()
    vouch("users", "UPDATE", row._asdict() | what)
