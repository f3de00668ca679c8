"""Signing in and out with clinic, e-mail and password."""

import re

import pytest
from argon2 import PasswordHasher
from sqlalchemy import text

from portal.auth.queries import get_user
from portal.db import session
from portal.staff.commands.people import Person as Invited
from portal.staff.commands.people import invite_user
from tests.support.client import Browser
from tests.support.people import Clinic
from tests.support.statements import at_most

WRONG = "Clinic, e-mail and password do not match."


def typed(person, **changes):
    return {"clinic": person.clinic, "email": person.email, "password": person.password, **changes}


def test_the_front_desk_signs_in_and_lands_on_the_board(browser: Browser, alder: Clinic):
    browser.get("/sign-in")
    response = browser.send("/sign-in", typed(alder.desk))
    assert response.status_code == 303
    assert response.location == "/"
    [entry] = alder.entries("sign-in")
    assert (entry.user_id, entry.outcome) == (alder.desk.id, "done")
    assert entry.request_id is not None


def test_clinic_and_email_are_taken_in_any_case_with_blanks_around(browser, alder):
    browser.get("/sign-in")
    sloppy = typed(alder.desk, clinic=" Alder ", email=" DESK@alder.example ")
    assert browser.send("/sign-in", sloppy).status_code == 303


@pytest.mark.parametrize(
    "wrong",
    [
        {"password": "not the password at all"},
        {"email": "nobody@alder.example"},
        {"clinic": "no-such-clinic"},
    ],
)
def test_whatever_is_wrong_reads_the_same_and_keeps_what_was_typed(browser, alder, wrong):
    browser.get("/sign-in")
    tried = typed(alder.desk, **wrong)
    response = browser.send("/sign-in", tried)
    assert response.status_code == 422
    assert WRONG in response.text
    assert tried["email"] in response.text
    assert tried["password"] not in response.text


def failures(clinic: Clinic) -> dict[str, dict[str, str]]:
    """What is typed for each kind of failure; all of it equally long."""
    with clinic.at_work():
        invite_user(Invited("ivan@alder.example", "Ivan", "clinician"))
        get_user(clinic.auditor.id).status = "disabled"
        get_user(clinic.auditor.id).email = "gone@alder.example"
    wrong = typed(clinic.desk, password="x" * len(clinic.desk.password))
    return {
        "a wrong password": wrong,
        "an unknown e-mail": wrong | {"email": "none@alder.example"},
        "an unknown clinic": wrong | {"clinic": "elder"},
        "an invited account": wrong | {"email": "ivan@alder.example"},
        "a disabled account": wrong | {"email": "gone@alder.example"},
        "its right password": typed(clinic.auditor, email="gone@alder.example"),
    }


def test_every_failure_takes_the_same_work_and_answers_the_same(browser, alder, monkeypatch):
    """How long it takes is measured by `python -m bench.sign_in_timing`."""
    verified = []
    verify = PasswordHasher.verify

    def counted(hasher: PasswordHasher, kept: str, password: str) -> bool:
        verified.append(password)
        return verify(hasher, kept, password)

    monkeypatch.setattr(PasswordHasher, "verify", counted)
    told = {}
    for kind, tried in failures(alder).items():
        browser.get("/sign-in")
        verified.clear()
        with at_most(30) as sent:
            response = browser.send("/sign-in", tried)
        text = response.text.replace(tried["email"], "EMAIL").replace(tried["clinic"], "CLINIC")
        lines = [line for line in text.splitlines() if "csrf" not in line and "nonce" not in line]
        size = len(response.data)
        told[kind] = (response.status_code, size, lines, len(verified), tuple(sent))
    usual = told["a wrong password"]
    assert (usual[0], usual[3]) == (422, 1)
    assert [kind for kind in told if told[kind] != usual] == []


def test_a_failure_is_on_record_at_the_clinic_that_was_named(browser, alder, birch):
    browser.get("/sign-in")
    browser.send("/sign-in", typed(alder.desk, password="not the password at all"))
    [entry] = alder.entries("sign-in.failed")
    assert entry.new_values == {"email": "desk@alder.example"}
    assert entry.outcome == "refused"
    assert entry.ip == "127.0.0.1"
    assert not birch.entries("sign-in.failed")


def test_one_clinics_password_opens_no_other_clinic(browser, alder, birch):
    browser.get("/sign-in")
    assert browser.send("/sign-in", typed(alder.desk, clinic="birch")).status_code == 422


def test_nothing_typed_says_what_is_needed(browser):
    browser.get("/sign-in")
    response = browser.send("/sign-in", {})
    assert response.status_code == 422
    assert response.text.count("This is needed.") >= 3


def test_signing_out_ends_the_session_and_clears_the_browser(browser, alder):
    browser.sign_in(alder.desk)
    cookie = browser.get_cookie("portal").value
    response = browser.send("/sign-out")
    assert response.status_code == 303
    assert "cache" in response.headers["Clear-Site-Data"]
    assert browser.get_cookie("portal") is None
    browser.set_cookie("portal", cookie)
    assert browser.get("/facilities/").status_code == 401
    assert len(alder.entries("sign-out")) == 1


def test_signing_in_again_ends_the_session_before(browser, alder, birch):
    browser.sign_in(alder.desk)
    before = browser.get_cookie("portal").value
    refused = browser.send("/sign-in", typed(birch.desk, password="not the password at all"))
    assert refused.status_code == 422
    assert browser.get("/facilities/").status_code == 200
    assert browser.send("/sign-in", typed(birch.desk)).status_code == 303
    assert "Birch Central" in browser.get("/facilities/").text
    browser.set_cookie("portal", before)
    assert browser.get("/facilities/").status_code == 401


@pytest.mark.parametrize("who", ["desk", "elsewhere"])
def test_what_waits_to_be_said_to_one_person_is_not_said_to_the_next(browser, alder, birch, who):
    """The kind: what is kept of one session goes over to the one that begins in its place."""
    said = "Clinician is signed out everywhere."
    browser.sign_in(alder.owner).send(f"/staff/{alder.clinician.id}/sessions/ending")
    browser.sign_in(alder.desk if who == "desk" else birch.desk)
    assert said not in browser.get("/account/").text


def test_a_disabled_users_cookie_is_dead_on_the_next_request(browser, alder):
    browser.sign_in(alder.clinician)
    with alder.at_work():
        get_user(alder.clinician.id).status = "disabled"
    assert browser.get("/facilities/").status_code == 401


def test_the_next_page_is_the_one_that_was_wanted(browser, alder):
    response = browser.get("/facilities/?page=2")
    assert response.location == "/sign-in?next=/facilities/?page%3D2"
    browser.get(response.location)
    done = browser.send("/sign-in", typed(alder.desk, next="/facilities/?page=2"))
    assert done.location == "/facilities/?page=2"


@pytest.mark.parametrize(
    "elsewhere",
    ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)", "x"],
)
def test_nobody_is_sent_to_another_site(browser, alder, elsewhere):
    browser.get("/sign-in")
    done = browser.send("/sign-in", typed(alder.desk, next=elsewhere))
    assert done.location == "/"


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/", "javascript:alert(1)", "///evil.example/"]
)
@pytest.mark.parametrize(
    "page",
    ["/sign-in/passkey/new", "/sign-in/passkey", "/sign-in/enrolment", "/account/proof"],
)
def test_no_page_on_the_way_links_to_another_site(browser, alder, page, elsewhere):
    shown = browser.sign_in(alder.desk).get(page, query_string={"next": elsewhere})
    assert shown.status_code == 200
    links = re.findall(r'(?:href|action|formaction)="([^"]*)"', shown.text)
    assert links
    assert [link for link in links if not re.match(r"/(?!/)|#", link)] == []


def test_htmx_is_told_where_to_sign_in_and_gets_no_form(browser):
    response = browser.get(
        "/facilities/",
        headers={"HX-Request": "true", "HX-Current-URL": "http://localhost/facilities/7"},
    )
    assert response.status_code == 401
    assert response.headers["HX-Redirect"] == "/sign-in?next=/facilities/7"
    assert b"<form" not in response.data


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(browser, alder):
    browser.get("/sign-in")
    response = browser.send("/sign-in", typed(alder.desk))
    [cookie] = [c for c in response.headers.getlist("Set-Cookie") if c.startswith("portal=")]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Path=/" in cookie
    assert alder.desk.email not in cookie


def test_the_token_itself_is_not_in_the_database(browser, alder):
    browser.sign_in(alder.desk)
    token = browser.get_cookie("portal").value
    with alder.at_work():
        rows = session.execute(text("SELECT u::text FROM user_sessions u"))
        assert all(token not in row[0] for row in rows)


def test_a_demonstration_says_that_it_is_one(browser, alder):
    assert "A demonstration" not in browser.sign_in(alder.desk).get("/facilities/").text
    with alder.at_work():
        session.execute(text("UPDATE tenants SET settings = '{\"demo\": true}'"))
    assert "the second factor is off" in browser.get("/facilities/").text
