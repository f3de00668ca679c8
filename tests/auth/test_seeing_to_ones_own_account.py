"""One's own sessions and password; what ends a session, and when one has to prove oneself again."""

import pytest
from sqlalchemy import text

from portal.auth.permissions import access_of
from portal.auth.queries import get_user
from portal.auth.rules import browser_name
from portal.db import session
from portal.tenancy.context import as_job
from tests.support.authenticator import Authenticator
from tests.support.client import Browser
from tests.support.people import PASSWORD

NEW = "six blue boats at noon"


@pytest.fixture
def elsewhere(app) -> Browser:
    """The same person's other browser."""
    return Browser(app)


def test_one_sees_where_one_is_signed_in_and_ends_one(browser, elsewhere, alder):
    browser.sign_in(alder.desk)
    elsewhere.sign_in(alder.desk)
    shown = browser.get("/account/").text
    assert shown.count("Sign out there") == 1
    assert "this browser" in shown
    other = session_ids(alder, alder.desk)[1]
    assert browser.send("/account/sessions/ending", {"session_id": other}).status_code == 303
    assert elsewhere.get("/facilities/").status_code == 401
    assert browser.get("/facilities/").status_code == 200


@pytest.mark.parametrize(
    ("says", "name"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)"
         " Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0", "Edge, Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15"
         " Version/18.0 Mobile/15E148 Safari/604.1", "Safari, iPhone"),
        ("Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/140.0", "Firefox, Linux"),
        ("curl/8.5.0", "curl/8.5.0"),
        (None, ""),
    ],
)  # fmt: skip
def test_a_browser_is_called_by_its_name(says, name):
    assert browser_name(says) == name


def test_all_others_end_at_once_and_it_is_on_record(browser, elsewhere, alder):
    browser.sign_in(alder.desk)
    elsewhere.sign_in(alder.desk)
    browser.get("/account/")
    browser.send("/account/sessions/ending")
    assert elsewhere.get("/facilities/").status_code == 401
    assert "Every other browser is signed out." in browser.get("/account/").text
    assert [entry.new_values for entry in alder.entries("sessions.ended")] == [{"count": 1}]


def test_nobody_ends_a_colleagues_session(browser, elsewhere, alder):
    browser.sign_in(alder.desk)
    elsewhere.sign_in(alder.clinician)
    theirs = session_ids(alder, alder.clinician)[0]
    assert browser.send("/account/sessions/ending", {"session_id": theirs}).status_code == 404
    assert elsewhere.get("/facilities/").status_code == 200


def session_ids(clinic, person) -> list[int]:
    with clinic.at_work():
        query = text("SELECT id FROM user_sessions WHERE user_id = :id ORDER BY id")
        return list(session.execute(query, {"id": person.id}).scalars())


def test_another_password_ends_every_cookie_there_was(browser, elsewhere, alder):
    browser.sign_in(alder.desk)
    elsewhere.sign_in(alder.desk)
    captured = browser.get_cookie("portal").value
    browser.get("/account/password")
    changed = browser.send("/account/password", {"current_password": PASSWORD, "password": NEW})
    assert changed.location == "/account/"
    assert "Your password is changed." in browser.get("/account/").text
    assert elsewhere.get("/facilities/").status_code == 401
    elsewhere.set_cookie("portal", captured)
    assert elsewhere.get("/facilities/").status_code == 401
    assert len(alder.entries("password.changed")) == 1


@pytest.mark.parametrize(
    ("current", "new", "words"),
    [
        ("not the password", NEW, "This is not your password."),
        (PASSWORD, "too short", "Use at least 12 characters"),
        (PASSWORD, "Password2026!", "Many people use this password"),
    ],
)
def test_a_password_that_will_not_do_changes_nothing(browser, alder, current, new, words):
    browser.sign_in(alder.desk)
    browser.get("/account/password")
    refused = browser.send("/account/password", {"current_password": current, "password": new})
    assert refused.status_code == 422
    assert words in refused.text
    with alder.at_work():
        assert get_user(alder.desk.id).password_hash
    assert not alder.entries("password.changed")


def test_an_answer_says_how_long_the_session_lasts_and_a_poll_prolongs_nothing(browser, alder):
    browser.sign_in(alder.desk)
    with alder.at_work():
        session.execute(text("UPDATE user_sessions SET last_seen_at = now() - interval '10 min'"))
    asked = browser.get("/account/session")
    assert asked.status_code == 204
    assert 280 <= int(asked.headers["X-Session-Ends"]) <= 300
    stayed = browser.send("/account/session")
    assert int(stayed.headers["X-Session-Ends"]) > 880


def test_the_idle_end_signs_out_although_the_board_asked_all_along(app, browser, alder):
    """It is what pages ask by themselves, each address of which says that it is no activity."""
    silent = [name for name in app.view_functions if not access_of(app, name).touches]
    polls = ("/account/session", "/appointments/day/changes", "/appointments/flow/changes",
             "/exchange/made/changes")  # fmt: skip
    asked = {app.url_map.bind("localhost").match(poll, method="GET")[0] for poll in polls}
    assert asked == set(silent)
    browser.sign_in(alder.owner)
    for poll in polls:
        idle_for(alder, 899)
        assert browser.fragment(poll).status_code in {200, 204}, poll
    assert session_seconds(alder) >= 899
    idle_for(alder, 901)
    assert [browser.fragment(poll).status_code for poll in polls] == [401] * 4


def idle_for(clinic, seconds: int) -> None:
    with clinic.at_work():
        since = text("UPDATE user_sessions SET last_seen_at = now() - make_interval(secs => :s)")
        session.execute(since, {"s": seconds})


def session_seconds(clinic) -> float:
    with clinic.at_work():
        since = text("SELECT extract(epoch FROM now() - max(last_seen_at)) FROM user_sessions")
        return float(session.scalar(since))


def test_one_may_set_up_an_authenticator_where_none_is_demanded(browser, elsewhere, alder):
    browser.sign_in(alder.desk)
    elsewhere.sign_in(alder.desk)
    Authenticator.set_up(browser)
    assert "10 recovery codes are left" in browser.get("/account/").text
    assert elsewhere.get("/facilities/").status_code == 401


def long_ago(clinic) -> None:
    """Let the proof of every session grow stale."""
    with as_job(clinic.id, "tests"):
        session.execute(text("UPDATE user_sessions SET proven_at = now() - interval '6 minutes'"))


def test_the_password_again_is_a_proof_where_there_is_no_second_factor(browser, alder):
    browser.sign_in(alder.owner)
    browser.get("/account/proof?next=/facilities/")
    typed = {"current_password": "not the password", "next": "/facilities/"}
    assert browser.send("/account/proof", typed).status_code == 422
    done = browser.send("/account/proof", {**typed, "current_password": PASSWORD})
    assert done.location == "/facilities/"
    assert len(alder.entries("proof")) == 1


def test_a_code_is_the_proof_of_who_has_an_authenticator(browser, alder):
    browser.sign_in(alder.owner)
    authenticator = Authenticator.set_up(browser)
    assert 'name="code"' in browser.get("/account/proof").text
    assert browser.send("/account/proof", {"current_password": PASSWORD}).status_code == 422
    assert browser.send("/account/proof", {"code": authenticator.later()}).location == "/"
