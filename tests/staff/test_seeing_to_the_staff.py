"""Inviting, changing, disabling: what an administrator does, and what is refused."""

import email
import re

import pytest
from sqlalchemy import select, text

from portal.auth.queries import get_user
from portal.auth.rules import hash_of
from portal.db import session
from portal.facilities.commands import FacilityDetails, open_facility
from portal.schema.accounts import User
from portal.staff.commands.authority import LastOwner
from portal.staff.commands.people import change_user, disable_user
from portal.staff.queries import facility_ids_of
from portal.tenancy.context import enter_session
from tests.support.client import Browser
from tests.support.meanwhile import meanwhile

NEW = {"name": "Ines Moreau", "email": "ines@alder.example", "role": "clinician",
       "access_scope": "all"}  # fmt: skip


@pytest.fixture
def outbox(app, monkeypatch, tmp_path):
    """The folder that this test's mail goes to."""
    monkeypatch.setitem(app.config, "PORTAL_INSTANCE", tmp_path)
    return tmp_path / "outbox"


@pytest.fixture
def elsewhere(app) -> Browser:
    """Somebody else's browser."""
    return Browser(app)


def link_in(folder) -> str:
    """The address in the one letter."""
    [file] = folder.glob("*.eml")
    letter = email.message_from_bytes(file.read_bytes())
    words = letter.get_payload(decode=True).decode()
    return re.search(r"http://localhost(/welcome/\S+)", words)[1]


def test_somebody_is_invited_by_mail_and_chooses_a_password(browser, elsewhere, alder, outbox):
    browser.sign_in(alder.admin)
    browser.get("/staff/new")
    assert browser.send("/staff/new", NEW).location == "/staff/"
    shown = browser.get("/staff/").text
    assert "Ines Moreau is invited" in shown
    assert "invited" in shown
    link = link_in(outbox)
    elsewhere.get(link)
    assert elsewhere.send(link, {"password": "six blue boats at noon"}).status_code == 303
    assert elsewhere.get("/facilities/").status_code == 200
    assert outbox.stat().st_mode & 0o077 == 0


def test_an_address_is_invited_once(browser, alder, outbox):
    browser.sign_in(alder.admin)
    browser.get("/staff/new")
    taken = browser.send("/staff/new", {**NEW, "email": "DESK@alder.example"})
    assert taken.status_code == 409
    assert "already has this e-mail" in taken.text
    assert "Ines Moreau" in taken.text
    assert not outbox.exists()


def test_mail_that_cannot_be_sent_invites_nobody(app, browser, alder, monkeypatch):
    monkeypatch.setitem(app.config, "SMTP_URL", "smtp://127.0.0.1:1")
    browser.sign_in(alder.admin)
    browser.get("/staff/new")
    assert "could not be sent" in browser.send("/staff/new", NEW).text
    assert "Ines Moreau" not in browser.get("/staff/").text


def test_another_role_signs_out_at_once_and_is_on_record(browser, elsewhere, alder):
    elsewhere.sign_in(alder.desk)
    browser.sign_in(alder.owner)
    address = f"/staff/{alder.desk.id}"
    browser.get(f"{address}/edit")
    assert browser.send(f"{address}/edit", {"role": "auditor"}).location == address
    assert elsewhere.get("/facilities/").status_code == 401
    assert "Auditor" in browser.get(address).text
    [entry] = alder.entries("users.update", record_id=alder.desk.id)
    assert (entry.old_values["role"], entry.new_values["role"]) == ("front_desk", "auditor")


def test_whoever_is_invited_as_something_else_is_to_be_sent_another_link(browser, alder, outbox):
    browser.sign_in(alder.owner)
    browser.send("/staff/new", NEW)
    with alder.at_work():
        invited = session.scalars(select(User.id).where(User.email == NEW["email"])).one()
    other = {"role": "auditor", "access_scope": "all"}
    saved = browser.send(f"/staff/{invited}/edit", other, follow_redirects=True).text
    assert "The link sent before opens nothing any more: send a new one." in saved
    again = browser.send(f"/staff/{invited}/edit", other, follow_redirects=True).text
    assert "The link sent before" not in again


def test_facilities_limit_what_somebody_reaches_and_all_is_a_choice_of_its_own(browser, alder):
    browser.sign_in(alder.owner)
    address = f"/staff/{alder.desk.id}/edit"
    browser.get(address)
    some = {"role": "front_desk", "access_scope": "some"}
    browser.send(address, some | {"facility_ids": [alder.facility_id]})
    refused = browser.send(address, some)
    assert "Choose at least one facility, or all facilities." in refused.text
    with alder.at_work():
        assert facility_ids_of(alder.desk.id) == [alder.facility_id]
    browser.send(address, {"role": "front_desk", "access_scope": "all"})
    with alder.at_work():
        assert facility_ids_of(alder.desk.id) == []


def test_another_clinics_facility_is_no_choice(browser, alder, birch):
    browser.sign_in(alder.owner)
    address = f"/staff/{alder.desk.id}/edit"
    browser.get(address)
    typed = {"role": "front_desk", "access_scope": "some", "facility_ids": [birch.facility_id]}
    assert browser.send(address, typed).status_code == 422


def test_a_disabled_person_is_out_on_the_next_request_and_can_come_back(browser, elsewhere, alder):
    elsewhere.sign_in(alder.desk)
    browser.sign_in(alder.admin)
    address = f"/staff/{alder.desk.id}"
    browser.send(f"{address}/deactivation")
    assert elsewhere.get("/facilities/").status_code == 401
    assert "disabled" in browser.get(address).text
    browser.send(f"{address}/activation")
    assert elsewhere.get("/facilities/").status_code == 401
    elsewhere.sign_in(alder.desk)


def test_somebody_is_signed_out_everywhere(browser, elsewhere, alder):
    elsewhere.sign_in(alder.desk)
    browser.sign_in(alder.admin)
    assert "Sign out everywhere" in browser.get(f"/staff/{alder.desk.id}").text
    browser.send(f"/staff/{alder.desk.id}/sessions/ending")
    assert elsewhere.get("/facilities/").status_code == 401


def test_the_last_owner_is_neither_disabled_nor_demoted(browser, alder):
    """Of two owners who disable each other at once, the second finds the first's change."""
    second = alder.hire("second", "owner")
    browser.sign_in(second)
    enter_session(hash_of(browser.get_cookie("portal").value))
    with meanwhile(alder):
        get_user(second.id).status = "disabled"
    owner = get_user(alder.owner.id)
    for change in (lambda: disable_user(owner), lambda: change_user(owner, "admin", ())):
        with pytest.raises(LastOwner):
            change()


def test_an_administrator_touches_no_owner(browser, alder):
    browser.sign_in(alder.admin)
    refused = browser.send(f"/staff/{alder.owner.id}/deactivation")
    assert refused.status_code == 422
    assert "Only an owner" in refused.text


def test_nobody_raises_their_own_role_or_makes_an_owner_without_being_one(browser, alder):
    browser.sign_in(alder.admin)
    browser.get(f"/staff/{alder.admin.id}/edit")
    own = browser.send(f"/staff/{alder.admin.id}/edit", {"role": "owner"})
    assert "This is your own account." in own.text
    other = browser.send(f"/staff/{alder.desk.id}/edit", {"role": "owner"})
    assert other.status_code == 422
    assert "Only an owner can make" in other.text
    invited = browser.send("/staff/new", {**NEW, "role": "owner"})
    assert "Only an owner can make" in invited.text


@pytest.fixture
def limited(alder):
    """An administrator of one of two facilities; and the other one."""
    with alder.at_work():
        annex = open_facility(FacilityDetails("Annex", "annex", "America/Chicago")).id
    return alder.hire("part", "admin", facility_ids=(alder.facility_id,)), annex


def test_nobody_widens_their_own_reach(browser, alder, limited):
    person, _annex = limited
    browser.sign_in(person)
    address = f"/staff/{person.id}/edit"
    browser.get(address)
    refused = browser.send(address, {"role": "admin"})
    assert "This is your own account." in refused.text
    with alder.at_work():
        assert facility_ids_of(person.id) == [alder.facility_id]


def test_who_is_limited_to_a_facility_lets_nobody_into_others(browser, alder, limited, outbox):
    person, annex = limited
    browser.sign_in(person)
    browser.get("/staff/new")
    for invited in ({}, {"facility_ids": [annex]}):
        assert browser.send("/staff/new", NEW | invited).status_code == 422
    refused = browser.send("/staff/new", NEW)
    assert "Choose among those, and at least one." in refused.text
    address = f"/staff/{alder.clinician.id}/edit"
    for given in ([], [annex]):
        typed = {"role": "auditor", "facility_ids": given}
        assert browser.send(address, typed).status_code == 422
    assert not outbox.exists()
    there = NEW | {"facility_ids": [alder.facility_id]}
    assert browser.send("/staff/new", there).status_code == 303


def test_an_administrator_does_not_limit_an_owner(browser, alder):
    browser.sign_in(alder.admin)
    address = f"/staff/{alder.owner.id}/edit"
    browser.get(address)
    refused = browser.send(address, {"role": "owner", "access_scope": "some",
                                     "facility_ids": [alder.facility_id]})  # fmt: skip
    assert refused.status_code == 422
    assert "Only an owner" in refused.text


def test_changing_staff_asks_for_a_fresh_proof(browser, alder):
    browser.sign_in(alder.admin)
    with alder.at_work():
        session.execute(text("UPDATE user_sessions SET proven_at = now() - interval '6 minutes'"))
    assert browser.get("/staff/").status_code == 200
    assert browser.get("/staff/new").location == "/account/proof?next=/staff/new"
    refused = browser.send(f"/staff/{alder.desk.id}/deactivation")
    assert refused.location.startswith("/account/proof")
    with alder.at_work():
        assert get_user(alder.desk.id).status == "active"
