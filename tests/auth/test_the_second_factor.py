"""A code from an authenticator after the password: each once, and nothing is reached without it."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import text

from portal import clock
from portal.auth import rules, throttling
from portal.db import session
from tests.auth.routes import ROUTES
from tests.auth.test_every_route import addresses, ask
from tests.support.authenticator import Authenticator
from tests.support.client import Browser
from tests.support.people import Clinic, Person, found

DEMAND = "UPDATE tenants SET settings = settings || '{\"second_factor\": true}'"


def demand(clinic: Clinic) -> None:
    """Have the clinic ask for a second factor."""
    with clinic.at_work():
        session.execute(text(DEMAND))


def give_password(browser: Browser, person: Person, to: str = ""):
    typed = {"clinic": person.clinic, "email": person.email, "password": person.password}
    browser.get("/sign-in")
    browser.get("/facilities/")  # whose token is good when somebody is signed in
    response = browser.send("/sign-in", {**typed, "next": to})
    browser.get("/sign-in/code")
    return response


@pytest.fixture
def desk(browser: Browser, alder: Clinic) -> Authenticator:
    """The front desk's authenticator, at a clinic that demands one; nobody is signed in."""
    demand(alder)
    give_password(browser, alder.desk)
    made = Authenticator.set_up(browser)
    browser.get("/facilities/")
    browser.send("/sign-out")
    return made


def test_a_clinic_that_demands_it_has_it_set_up_at_the_first_sign_in(browser, alder):
    demand(alder)
    assert give_password(browser, alder.desk).location == "/sign-in/enrolment?next=/"
    shown = browser.get("/sign-in/enrolment").text
    assert "<svg" in shown
    made = Authenticator.set_up(browser)
    assert len(set(made.recovery_codes)) == 10
    assert browser.get("/facilities/").status_code == 200
    assert len(alder.entries("second-factor.enrolled")) == 1


def test_a_wrong_first_code_keeps_the_same_secret(browser, alder):
    demand(alder)
    give_password(browser, alder.desk)
    shown = browser.get("/sign-in/enrolment").text
    offer = re.search(r'name="secret" value="([^"]+)"', shown)[1]
    again = browser.send("/sign-in/enrolment", {"secret": offer, "code": "12"})
    assert again.status_code == 422
    assert f'name="secret" value="{offer}"' in again.text


def test_a_secret_that_the_portal_did_not_give_is_refused(browser, alder):
    demand(alder)
    give_password(browser, alder.desk)
    forged = {"secret": "AAAAAAAAAAAAAAAA", "code": "123456"}
    assert browser.send("/sign-in/enrolment", forged).status_code == 400


def test_who_has_one_is_asked_for_its_code_and_lands_where_they_wanted(browser, alder, desk):
    response = give_password(browser, alder.desk, to="/facilities/?page=2")
    assert response.location == "/sign-in/code?next=/facilities/?page%3D2"
    done = browser.send("/sign-in/code", {"code": desk.later(), "next": "/facilities/?page=2"})
    assert done.location == "/facilities/?page=2"
    assert browser.get("/facilities/").status_code == 200
    assert len(alder.entries("second-factor")) == 1


def test_a_code_is_taken_with_a_blank_in_it(browser, alder, desk):
    give_password(browser, alder.desk)
    code = desk.later()
    assert browser.send("/sign-in/code", {"code": f"{code[:3]} {code[3:]}"}).status_code == 303


def test_a_wrong_code_lets_nobody_in_and_is_on_record(browser, alder, desk):
    give_password(browser, alder.desk)
    refused = browser.send("/sign-in/code", {"code": desk.code(9)})
    assert refused.status_code == 422
    assert "This code is not right" in refused.text
    assert browser.get("/facilities/").status_code == 303
    assert [entry.outcome for entry in alder.entries("second-factor.failed")] == ["refused"]


def test_a_code_is_good_once(browser, alder, desk):
    give_password(browser, alder.desk)
    browser.send("/sign-in/code", {"code": desk.later()})
    give_password(browser, alder.desk)
    assert browser.send("/sign-in/code", {"code": desk.later()}).status_code == 422
    assert browser.send("/sign-in/code", {"code": desk.code()}).status_code == 422


def test_guessing_codes_is_slowed_down(browser, alder, desk):
    give_password(browser, alder.desk)
    tried = [browser.send("/sign-in/code", {"code": desk.code(9)}).status_code for _ in range(7)]
    assert tried == [422] * 6 + [429]
    assert browser.send("/sign-in/code", {"code": desk.later()}).status_code == 429


def test_a_session_that_owes_its_factor_reaches_nothing_else(app, browser, alder, desk):
    give_password(browser, alder.desk)
    reached = []
    for endpoint in sorted(name for name in ROUTES if ROUTES[name].right):
        ids = dict.fromkeys(next(app.url_map.iter_rules(endpoint)).arguments, 1)
        for method, address in addresses(app, endpoint, ids):
            response = ask(browser, method, address)
            sent_on = str(response.location).startswith("/sign-in/code?next=")
            if not (response.status_code == 401 or (method == "GET" and sent_on)):
                reached.append(f"{method} {address}: {response.status_code}")
    assert reached == []
    assert browser.get("/sign-in/enrolment").location == "/sign-in/code?next=/"


def test_htmx_is_told_where_to_give_it(browser, alder, desk):
    give_password(browser, alder.desk)
    response = browser.fragment("/facilities/")
    assert response.status_code == 401
    assert response.headers["HX-Redirect"].startswith("/sign-in/code")


def test_the_cookie_from_before_the_factor_is_worth_nothing_after_it(browser, alder, desk):
    give_password(browser, alder.desk)
    before = browser.get_cookie("portal").value
    browser.send("/sign-in/code", {"code": desk.later()})
    browser.set_cookie("portal", before)
    assert browser.get("/facilities/").status_code == 401


def test_a_recovery_code_lets_in_once_and_says_how_many_are_left(browser, alder, desk):
    give_password(browser, alder.desk)
    code = desk.recovery_codes[3].upper().replace("-", " ")
    assert browser.send("/sign-in/recovery", {"recovery_code": code}).location == "/"
    assert "9 recovery codes are left." in browser.get("/facilities/").text
    give_password(browser, alder.desk)
    again = browser.send("/sign-in/recovery", {"recovery_code": code})
    assert again.status_code == 422
    assert "none of your recovery codes" in again.text


def test_an_authenticator_takes_the_place_of_a_lost_one(browser, alder, desk):
    give_password(browser, alder.desk)
    browser.send("/sign-in/recovery", {"recovery_code": desk.recovery_codes[0]})
    made = Authenticator.set_up(browser)
    assert made.secret != desk.secret
    browser.get("/facilities/")
    browser.send("/sign-out")
    give_password(browser, alder.desk)
    assert browser.send("/sign-in/code", {"code": desk.later()}).status_code == 422
    assert browser.send("/sign-in/code", {"code": made.later()}).status_code == 303


def test_a_factor_is_changed_on_a_fresh_proof_which_a_recovery_code_is_too(browser, alder, desk):
    give_password(browser, alder.desk)
    browser.send("/sign-in/code", {"code": desk.later()})
    with alder.at_work():
        session.execute(text("UPDATE user_sessions SET proven_at = now() - interval '6 minutes'"))
    stale = browser.get("/sign-in/enrolment").location
    assert stale == "/account/proof?next=/sign-in/enrolment"
    assert "/sign-in/recovery?next=/sign-in/enrolment" in browser.get(stale).text
    typed = {"recovery_code": desk.recovery_codes[0], "next": "/sign-in/enrolment"}
    assert browser.send("/sign-in/recovery", typed).location == "/sign-in/enrolment"
    assert browser.get("/sign-in/enrolment").status_code == 200


def test_a_first_factor_that_nobody_demands_wants_a_fresh_proof(browser, alder):
    browser.sign_in(alder.desk)
    with alder.at_work():
        session.execute(text("UPDATE user_sessions SET proven_at = now() - interval '6 minutes'"))
    for page in ("/sign-in/enrolment", "/sign-in/passkey/new"):
        assert browser.get(page).location.startswith("/account/proof")


def test_one_persons_recovery_code_is_not_anothers(browser, alder, desk):
    give_password(browser, alder.clinician)
    theirs = Authenticator.set_up(browser)
    browser.get("/facilities/")
    browser.send("/sign-out")
    give_password(browser, alder.desk)
    refused = browser.send("/sign-in/recovery", {"recovery_code": theirs.recovery_codes[0]})
    assert refused.status_code == 422


def test_neither_secret_nor_codes_lie_readable_in_the_database(alder, desk):
    with alder.at_work():
        query = "SELECT f::text FROM user_factors f UNION ALL SELECT c::text FROM recovery_codes c"
        kept = " ".join(session.execute(text(query)).scalars())
    assert desk.secret.encode().hex() not in kept
    assert not any(code in kept or code.replace("-", "") in kept for code in desk.recovery_codes)
    hidden = [entry.new_values["secret"] for entry in alder.entries("user_factors.insert")]
    assert hidden == ["(hidden)"]


def test_the_same_code_twenty_times_at_once_succeeds_once(own_database, monkeypatch):
    monkeypatch.setattr(throttling, "FREE_OF_ACCOUNT", 100)  # so that none of them waits
    app = own_database.app()
    with app.app_context():
        clinic = found("alder", "America/Chicago")
        demand(clinic)
    first = Browser(app)
    give_password(first, clinic.desk)
    code = Authenticator.set_up(first).later()
    browsers = [Browser(app) for _ in range(20)]
    for each in browsers:
        give_password(each, clinic.desk)
    with ThreadPoolExecutor(8) as threads:
        answers = threads.map(lambda one: one.send("/sign-in/code", {"code": code}), browsers)
        assert sorted(answer.status_code for answer in answers) == [303] + [422] * 19


SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def test_a_clock_may_be_one_step_off_and_no_more():
    now = clock.now()
    shown = Authenticator(SECRET)
    with clock.at(now):
        codes = {steps: shown.code(steps) for steps in range(-2, 3)}
    taken = [n for n, code in codes.items() if rules.accepted_step(SECRET, code, now=now)]
    assert taken == [-1, 0, 1]


def test_the_reference_values_of_rfc_6238():
    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"  # "12345678901234567890"
    for seconds, code in ((59, "287082"), (1111111109, "081804"), (20000000000, "353130")):
        instant = clock.now().fromtimestamp(0, clock.now().tzinfo) + timedelta(seconds=seconds)
        assert rules.accepted_step(secret, code, now=instant) == seconds // 30
