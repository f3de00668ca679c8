"""What the portal vouches for is written, and nothing else by the same proof."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from portal.auth.rules import hash_of
from portal.auth.vouching import WRITES, vouch
from portal.db import session
from portal.tenancy.context import enter_session
from tests.support.client import Browser
from tests.support.factories import a_facility
from tests.support.people import Clinic, Person

CHANGE = text("UPDATE users SET role = :role WHERE id = :id")
CARRY = text("SELECT set_config('portal.proofs', :proofs, true)")
PROOFS = text("SELECT current_setting('portal.proofs')")
# What is spent: when, the values that the proof of it is of, and one to spend.
SPENT = {
    "factor_resets": ("ended_at", ("user_id", "approved_by")),
    "recovery_codes": ("used_at", ("user_id", "code_hash")),
    "user_links": ("used_at", ("id", "user_id")),
}
TO_SPEND = {
    "factor_resets": "INSERT INTO factor_resets (tenant_id, user_id, asked_by, reason, expires_at)"
    " VALUES (current_tenant(), :user, :admin, 'lost it on the way', now() + interval '1 day')",
    "recovery_codes": "INSERT INTO recovery_codes (tenant_id, user_id, code_hash)"
    " VALUES (current_tenant(), :user, :hash)",
    "user_links": "INSERT INTO user_links (tenant_id, user_id, purpose, token_hash, expires_at)"
    " VALUES (current_tenant(), :user, 'reset', :hash, now() + interval '15 minutes')",
}
# A test is one transaction, and whoever was made in this very one is just being invited.
LONG_AGO = text("UPDATE users SET created_at = now() - interval '1 day' WHERE id = :id")
LINK = text(TO_SPEND["user_links"])
PLACE = text("INSERT INTO user_facilities (user_id, facility_id) VALUES (:user_id, :facility_id)")
TAKEN = text(
    "DELETE FROM user_facilities WHERE user_id = :user_id AND facility_id = ANY (:facility_ids)"
)


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


def linked(person: Person) -> None:
    """Make a link to somebody's account, with a proof."""
    told = {"user_id": person.id, "purpose": "reset", "token_hash": bytes(range(32))}
    vouch("user_links", "INSERT", told)
    session.execute(LINK, {"user": person.id, "hash": told["token_hash"]})


def disabled(person: Person) -> None:
    """Let somebody in no more, with a proof."""
    names = WRITES["users"]["UPDATE"]
    asked = text(f"SELECT {', '.join(names)} FROM users WHERE id = :id")
    row = session.execute(asked, {"id": person.id}).one()
    vouch("users", "UPDATE", row._asdict() | {"status": "disabled"})
    session.execute(text("UPDATE users SET status = 'disabled' WHERE id = :id"), {"id": person.id})


def signed_out(person: Person) -> None:
    """End somebody's sessions, with a proof."""
    vouch("user_sessions", "UPDATE", {"user_id": person.id})
    ended = text("UPDATE user_sessions SET revoked_at = now() WHERE user_id = :id")
    session.execute(ended, {"id": person.id})


def made_auditor(person: Person) -> None:
    """Give somebody another role, with a proof."""
    vouched(person, "auditor")
    given(person, "auditor")


ACTS = (linked, disabled, signed_out, made_auditor)


def placed(person: Person, facility_id: int) -> None:
    """Let somebody into a facility, with a proof."""
    told = {"user_id": person.id, "facility_id": facility_id}
    vouch("user_facilities", "INSERT", told)
    session.execute(PLACE, told)


@pytest.mark.parametrize("act", ACTS)
def test_an_administrator_sees_to_no_owner_though_the_portal_should_vouch_for_it(
    browser, alder: Clinic, act
):
    Browser(browser.application).sign_in(alder.owner)
    signed_in(browser, alder.admin)
    with pytest.raises(ProgrammingError, match="by owners"):
        act(alder.owner)


@pytest.mark.parametrize("whose", ["admin", "clinician"])
def test_nobody_but_an_owner_makes_one_by_any_proof(browser, alder: Clinic, whose):
    signed_in(browser, alder.admin)
    vouched(getattr(alder, whose), "owner")
    with pytest.raises(ProgrammingError, match="by owners"):
        given(getattr(alder, whose), "owner")


def test_an_owner_sees_to_an_owner(browser, alder: Clinic):
    other = alder.hire("second", "owner")
    signed_in(browser, alder.owner)
    vouched(alder.clinician, "owner")
    given(alder.clinician, "owner")
    for act in ACTS:
        act(other)


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("of", ["all", "both", "the other"])
def test_who_works_elsewhere_too_is_beyond_reach_of_any_proof(browser, alder: Clinic, act, of):
    with alder.at_work():
        annex = a_facility(name="Annex").id
    places = {"all": (), "both": (alder.facility_id, annex), "the other": (annex,)}
    beyond = alder.hire("beyond", "clinician", facility_ids=places[of])
    with alder.at_work():
        session.execute(LONG_AGO, {"id": beyond.id})
    Browser(browser.application).sign_in(beyond)
    signed_in(browser, alder.hire("part", "admin", facility_ids=(alder.facility_id,)))
    with pytest.raises(ProgrammingError, match="beyond reach"):
        act(beyond)


def test_who_works_at_ones_own_facilities_alone_is_within_reach(browser, alder: Clinic):
    near = alder.hire("near", "clinician", facility_ids=(alder.facility_id,))
    Browser(browser.application).sign_in(near)
    signed_in(browser, alder.hire("part", "admin", facility_ids=(alder.facility_id,)))
    for act in ACTS:
        act(near)


@pytest.mark.parametrize("whose", ["near", "part"])
def test_nobody_is_let_in_beyond_ones_own_facilities_by_any_proof(browser, alder: Clinic, whose):
    """Neither into another, nor into all of them, which is having none."""
    with alder.at_work():
        annex = a_facility(name="Annex").id
    hired = {"near": "clinician", "part": "admin"}
    known = {
        name: alder.hire(name, role, facility_ids=(alder.facility_id,))
        for name, role in hired.items()
    }
    signed_in(browser, known["part"])
    with pytest.raises(ProgrammingError, match="nobody is let in"), session.begin_nested():
        placed(known[whose], annex)
    taken = {"user_id": known[whose].id, "facility_ids": [alder.facility_id]}
    told = {"user_id": known[whose].id, "facility_id": alder.facility_id}
    vouch("user_facilities", "DELETE", told)
    with pytest.raises(ProgrammingError, match="nobody is let in"):
        session.execute(TAKEN, taken)


def test_taking_several_facilities_at_once_leaves_one(browser, alder: Clinic):
    with alder.at_work():
        annex = a_facility(name="Annex").id
    both = (alder.facility_id, annex)
    near = alder.hire("near", "clinician", facility_ids=both)
    signed_in(browser, alder.hire("part", "admin", facility_ids=both))
    taken = {"user_id": near.id, "facility_ids": list(both)}
    for each in both:
        vouch("user_facilities", "DELETE", {"user_id": near.id, "facility_id": each})
    with pytest.raises(ProgrammingError, match="nobody is let in"):
        session.execute(TAKEN, taken)


def test_an_ended_session_is_not_revived_by_any_proof(browser, alder: Clinic):
    signed_in(browser, alder.desk)
    vouch("user_sessions", "UPDATE", {"user_id": alder.desk.id})
    ended = "UPDATE user_sessions SET revoked_at = {} WHERE user_id = :id"
    session.execute(text(ended.format("now()")), {"id": alder.desk.id})
    with pytest.raises(ProgrammingError, match="live again"):
        session.execute(text(ended.format("NULL")), {"id": alder.desk.id})


@pytest.mark.parametrize("table", SPENT)
def test_what_is_spent_is_made_good_by_no_proof(browser, alder: Clinic, table):
    """The proof by which it is spent says nothing of when, and so not that it is."""
    spent, names = SPENT[table]
    values = {"user": alder.clinician.id, "admin": alder.admin.id, "hash": bytes(range(32))}
    with alder.at_work():
        session.execute(text(TO_SPEND[table]), values)
    signed_in(browser, alder.owner)
    asked = text(f"SELECT {', '.join(names)} FROM {table} WHERE user_id = :user")
    vouch(table, "UPDATE", session.execute(asked, values).one()._asdict())
    change = f"UPDATE {table} SET {spent} = {{}} WHERE user_id = :user"
    session.execute(text(change.format("now()")), values)
    with pytest.raises(ProgrammingError, match="stays spent"):
        session.execute(text(change.format("NULL")), values)
