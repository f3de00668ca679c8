"""A session that ends takes nothing with it that was typed, and the answer says what happened.

The kind: the token of a form was looked at before it was asked who sends it, so whoever's session
had ended read that a page was "open for too long"; reloading it lost what was typed.
"""

import pytest
from sqlalchemy import text

from portal.db import session
from portal.patients.queries.records import get_patient
from tests.auth.test_the_second_factor import demand, give_password
from tests.support.client import HTMX, Browser
from tests.support.pages import Forms, shown
from tests.support.scheduling import a_patient

HERE = {"Sec-Fetch-Site": "same-origin"}
ENDED = "UPDATE user_sessions SET last_seen_at = now() - make_interval(secs => idle_seconds + 1)"


@pytest.fixture
def typing(browser, alder):
    """A patient's form with an address typed, and how to end the session."""
    with alder.at_work():
        patient = a_patient()
    browser.sign_in(alder.desk)
    address = f"/patients/{patient.id}/edit"
    sent = shown(browser.get(address).text, "email") | {"email": "left@example.org"}

    def end() -> None:
        with alder.at_work():
            session.execute(text(ENDED))

    return patient, address, sent, end


def email_of(alder, patient) -> str:
    with alder.at_work():
        session.expire_all()
        return get_patient(patient.id).email


def test_a_form_sent_after_the_end_comes_back_and_is_sent_again(browser, alder, typing):
    patient, address, sent, end = typing
    end()
    answer = browser.post(address, data=sent)
    assert answer.status_code == 401
    assert "Your session has ended." in answer.text
    kept = next(form for form in Forms(answer.text).found if "email" in form.fields)
    assert kept.fields["email"] == ["left@example.org"]
    browser.sign_in(alder.desk)
    stale = browser.post(address, data=kept.fields, headers=HERE)
    assert stale.status_code == 400
    again = next(form for form in Forms(stale.text).found if "email" in form.fields)
    assert browser.post(address, data=again.fields, headers=HERE).status_code == 303
    assert email_of(alder, patient) == "left@example.org"


def test_in_a_page_with_script_it_is_said_beside_the_form_which_stays(browser, alder, typing):
    patient, address, sent, end = typing
    end()
    answer = browser.post(address, data=sent, headers=HTMX)
    assert answer.status_code == 401
    assert "HX-Redirect" not in answer.headers
    assert "What you typed stays here." in answer.text
    browser.sign_in(alder.desk)
    stale = browser.post(address, data=sent, headers=HTMX | HERE)
    assert "Send it once more." in stale.text
    token = stale.text.split('name="csrf-token" content="')[1].split('"')[0]
    saved = browser.post(address, data=sent, headers=HTMX | HERE | {"X-CSRFToken": token})
    assert saved.status_code == 204
    assert email_of(alder, patient) == "left@example.org"


FORMS = (
    "/appointments/new", "/appointments/walk-in", "/appointments/waitlist/new",
    "/patients/new", "/account/language", "/sign-out",
)  # fmt: skip


@pytest.mark.parametrize("address", FORMS)
@pytest.mark.parametrize("headers", [HERE, HTMX | HERE])
def test_nobody_sends_what_somebody_else_had_opened(browser, alder, address, headers):
    """The kind: the second try had a token of whoever was signed in by then."""
    browser.sign_in(alder.desk)
    sent = {"csrf_token": browser.csrf, "notes": "Typed at the desk"}
    browser.sign_in(alder.admin)
    own = browser.csrf
    for more in ({}, {"X-CSRFToken": own}):
        answer = browser.post(address, data=sent, headers=headers | more)
        assert answer.status_code == 401
        assert "Admin is signed in now." in answer.text
        assert "This page was opened by Desk." in answer.text
        assert "Send it once more" not in answer.text
        assert "Typed at the desk" not in answer.text
    both = sent | {"csrf_token": [own, sent["csrf_token"]]}
    assert browser.post(address, data=both, headers=headers).status_code == 401
    if HTMX.items() <= headers.items():
        assert own not in answer.text


@pytest.mark.parametrize(
    "address",
    ["/account/session", "/appointments/day", "/appointments/flow", "/patients/", "/staff/"],
)
def test_a_page_that_somebody_else_had_opened_reads_nothing_more(browser, alder, address):
    """The kind: a page goes on asking, and is answered in the name of whoever signed in since."""
    browser.sign_in(alder.desk)
    page_of_desk = HTMX | HERE | {"X-CSRFToken": browser.csrf}
    browser.sign_in(alder.clinician)
    answer = browser.get(address, headers=page_of_desk)
    assert answer.status_code == 401
    assert "Clinician is signed in now." in answer.text
    assert "HX-Redirect" not in answer.headers
    browser.sign_in(alder.desk)
    assert browser.get("/account/session", headers=page_of_desk).status_code == 204


def test_who_is_of_another_clinic_is_not_named(browser, alder, birch):
    browser.sign_in(alder.desk)
    page_of_desk = HTMX | HERE | {"X-CSRFToken": browser.csrf}
    browser.sign_in(birch.desk)
    said = browser.get("/appointments/day", headers=page_of_desk).text
    assert "This page was opened by somebody else." in said


@pytest.mark.parametrize("headers", [HERE, HTMX | HERE])
def test_who_has_yet_to_give_a_second_factor_is_told_whose_page_it_is(browser, alder, headers):
    """The kind: what is said to who is signed in, where somebody is so in part."""
    browser.sign_in(alder.desk)
    token = browser.csrf
    demand(alder)
    give_password(browser, alder.admin)
    for method, address in (("GET", "/"), ("GET", "/nowhere"), ("POST", "/sign-in/enrolment")):
        answer = browser.open(address, method=method, headers=headers | {"X-CSRFToken": token})
        assert answer.status_code == 401
        assert "opened by" in answer.text


def test_what_comes_back_at_the_end_of_a_session_stays_whose_it_was(browser, alder, typing):
    patient, address, sent, end = typing
    end()
    kept = next(
        form
        for form in Forms(browser.post(address, data=sent).text).found
        if "email" in form.fields
    )
    browser.sign_in(alder.admin)
    answer = browser.post(address, data=kept.fields, headers=HERE)
    assert "Admin is signed in now." in answer.text
    assert "left@example.org" not in answer.text
    assert email_of(alder, patient) != "left@example.org"


def test_where_the_cookie_is_gone_beside_an_open_page_the_sign_in_says_why(browser):
    assert browser.get("/", headers={"Sec-Fetch-Site": "none"}).status_code == 303
    answer = browser.get("/", headers=HERE)
    assert answer.status_code == 401
    assert "You were signed out" in answer.text


def test_another_site_gets_neither_a_token_nor_what_it_sent(browser, alder, typing):
    _patient, address, sent, _end = typing
    Browser.sign_in(browser, alder.desk)
    forged = browser.post(address, data=sent | {"csrf_token": "forged"})
    assert forged.status_code == 400
    assert "left@example.org" not in forged.text


def test_no_password_comes_back(browser, alder):
    browser.sign_in(alder.desk)
    browser.get("/account/password")
    with alder.at_work():
        session.execute(text(ENDED))
    typed = {"current_password": "old secret words", "password": "new secret words"}
    answer = browser.send("/account/password", typed)
    assert answer.status_code == 401
    assert "secret words" not in answer.text
