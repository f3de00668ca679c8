"""What the portal vouches for is written, and nothing else by the same proof."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from portal.auth.rules import hash_of
from portal.auth.vouching import WRITES, vouch
from portal.db import session
from portal.tenancy.context import enter_session
from tests.support.client import Browser
from tests.support.people import Clinic, Person

CHANGE = text("UPDATE users SET role = :role WHERE id = :id")
CARRY = text("SELECT set_config('portal.proofs', :proofs, true)")
PROOFS = text("SELECT current_setting('portal.proofs')")


def signed_in(browser: Browser, person: Person) -> None:
    """Be this person in the test's own transaction."""
    browser.sign_in(person)
    assert enter_session(hash_of(browser.get_cookie("portal").value)) is not None


def vouched(person: Person, role: str) -> None:
    """Vouch for a person's role; the rest stays as it is."""
    names = WRITES["users"]["UPDATE"]
    asked = text(f"SELECT {', '.join(names)} FROM users WHERE id = :id")
    row = session.execute(asked, {"id": person.id}).one()
    vouch("users", "UPDATE", row._asdict() | {"role": role})


def given(person: Person, role: str) -> None:
    """Give a person a role, in words of SQL."""
    with session.begin_nested():
        session.execute(CHANGE, {"role": role, "id": person.id})


def test_what_is_vouched_for_is_written(browser, alder: Clinic):
    signed_in(browser, alder.admin)
    vouched(alder.clinician, "auditor")
    given(alder.clinician, "auditor")


@pytest.mark.parametrize(
    ("whose", "role"), [("clinician", "admin"), ("desk", "auditor"), ("admin", "auditor")]
)
def test_a_proof_is_of_this_value_in_this_row(browser, alder: Clinic, whose, role):
    signed_in(browser, alder.admin)
    vouched(alder.clinician, "auditor")
    with pytest.raises(ProgrammingError, match="with a proof"):
        given(getattr(alder, whose), role)


def test_a_proof_of_a_role_is_none_of_a_password(browser, alder: Clinic):
    signed_in(browser, alder.admin)
    vouched(alder.clinician, "auditor")
    both = text("UPDATE users SET role = 'auditor', password_hash = 'x' WHERE id = :id")
    with pytest.raises(ProgrammingError, match="with a proof"):
        session.execute(both, {"id": alder.clinician.id})


def test_a_copied_proof_is_nothing_in_anothers_session(browser, alder: Clinic):
    signed_in(browser, alder.admin)
    vouched(alder.clinician, "auditor")
    copied = session.scalar(PROOFS)
    signed_in(browser, alder.owner)
    session.execute(CARRY, {"proofs": copied})
    with pytest.raises(ProgrammingError, match="with a proof"):
        given(alder.clinician, "auditor")


def test_a_proof_ends(browser, alder: Clinic, monkeypatch):
    signed_in(browser, alder.admin)
    monkeypatch.setattr("portal.auth.proofs.PROOF_SECONDS", -1)
    vouched(alder.clinician, "auditor")
    with pytest.raises(ProgrammingError, match="with a proof"):
        given(alder.clinician, "auditor")


def test_the_front_desk_sees_to_nobody_though_the_portal_should_vouch_for_it(
    browser, alder: Clinic
):
    signed_in(browser, alder.desk)
    vouched(alder.clinician, "auditor")
    with pytest.raises(ProgrammingError, match="who manages the staff"):
        given(alder.clinician, "auditor")


def test_an_ended_session_is_not_revived_by_any_proof(browser, alder: Clinic):
    signed_in(browser, alder.desk)
    vouch("user_sessions", "UPDATE", {"user_id": alder.desk.id})
    ended = "UPDATE user_sessions SET revoked_at = {} WHERE user_id = :id"
    session.execute(text(ended.format("now()")), {"id": alder.desk.id})
    with pytest.raises(ProgrammingError, match="live again"):
        session.execute(text(ended.format("NULL")), {"id": alder.desk.id})
