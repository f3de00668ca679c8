"""Passkeys as a second factor: each answer to its own challenge, once, by its own owner."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import text

from portal.auth.commands.passkeys import MOST_PASSKEYS
from portal.db import session
from portal.schema.accounts import Passkey
from tests.auth.test_the_second_factor import demand, give_password
from tests.support.authenticator import Authenticator
from tests.support.client import Browser
from tests.support.device import Device
from tests.support.people import Clinic, Person, found

NEW, GIVE = "/sign-in/passkey/new", "/sign-in/passkey"


def make(browser: Browser, device: Device, name: str = "My telephone"):
    browser.get(NEW)
    asked = browser.send("/sign-in/passkey/creation").json
    return browser.send(NEW, {"name": name, "credential": device.make(asked)})


def give(browser: Browser, device: Device, **changed: str):
    asked = browser.send("/sign-in/passkey/request").json
    return browser.send(GIVE, {"credential": device.give(asked | changed)})


def enrolled(browser: Browser, clinic: Clinic, person: Person) -> Device:
    """Somebody who made a passkey at the first sign-in and signed out."""
    device = Device()
    give_password(browser, person)
    browser.get(NEW)
    assert "Keep your recovery codes" in make(browser, device).text
    browser.get("/facilities/")
    browser.send("/sign-out")
    return device


@pytest.fixture
def device(browser, alder) -> Device:
    demand(alder)
    return enrolled(browser, alder, alder.admin)


def count(clinic: Clinic) -> int:
    with clinic.at_work():
        return session.query(Passkey).count()


def test_who_has_only_a_passkey_is_asked_for_it_and_let_in(browser, alder, device):
    give_password(browser, alder.admin)
    assert browser.get("/facilities/").location == "/sign-in/code?next=/facilities/"
    assert browser.get("/sign-in/code").location == "/sign-in/passkey?next=/"
    browser.get(GIVE)
    assert give(browser, device).status_code == 303
    assert browser.get("/facilities/").status_code == 200
    assert alder.entries("second-factor", user_id=alder.admin.id)[0].reason == "passkey"


def test_an_answer_is_good_once(browser, alder, device):
    give_password(browser, alder.admin)
    browser.get(GIVE)
    asked = browser.send("/sign-in/passkey/request").json
    answer = {"credential": device.give(asked)}
    assert browser.send(GIVE, answer).status_code == 303
    browser.get("/facilities/")
    assert browser.send(GIVE, answer).status_code == 422


@pytest.mark.parametrize(
    "wrong",
    [
        {"origin": "http://elsewhere.example"},
        {"host": "elsewhere.example"},
        {"credential_id": b"another"},
        {"key": Device().key},
        {"count": -1},
    ],
)
def test_what_is_not_this_passkey_here_is_refused(browser, alder, device, wrong):
    device.count = 5
    give_password(browser, alder.admin)
    browser.get(GIVE)
    assert give(browser, device).status_code == 303
    browser.get("/facilities/")
    for name, value in wrong.items():
        setattr(device, name, value)
    assert give(browser, device).status_code == 422


@pytest.mark.parametrize("count", [-1, 0, 4, 5])
def test_a_copy_is_refused_by_name_and_is_on_record(browser, alder, device, count):
    """The copy's answer is intact; only what it counts says that the passkey is used elsewhere."""
    device.count = 5
    give_password(browser, alder.admin)
    browser.get(GIVE)
    assert give(browser, device).status_code == 303
    browser.get("/facilities/")
    device.count = count
    answer = give(browser, device)
    assert answer.status_code == 422
    assert "here may be a copy of this passkey" in answer.text
    [entry] = alder.entries("passkey.copied")
    assert (entry.user_id, entry.outcome) == (alder.admin.id, "refused")
    device.count = 6
    assert give(browser, device).status_code == 303, "the passkey itself goes on"


def test_another_challenge_is_refused(browser, alder, device):
    give_password(browser, alder.admin)
    browser.get(GIVE)
    assert give(browser, device, challenge="AAAA").status_code == 422


def test_a_challenge_is_spent_by_a_wrong_answer_too(browser, alder, device):
    give_password(browser, alder.admin)
    browser.get(GIVE)
    asked = browser.send("/sign-in/passkey/request").json
    assert browser.send(GIVE, {"credential": Device().give(asked)}).status_code == 422
    assert browser.send(GIVE, {"credential": device.give(asked)}).status_code == 422
    assert give(browser, device).status_code == 303


def test_a_challenge_is_forgotten_after_five_minutes(browser, alder, device):
    give_password(browser, alder.admin)
    browser.get(GIVE)
    asked = browser.send("/sign-in/passkey/request").json
    with alder.at_work():
        session.execute(
            text("UPDATE user_sessions SET challenge_at = challenge_at - :ago"),
            {"ago": timedelta(minutes=5, seconds=1)},
        )
    assert browser.send(GIVE, {"credential": device.give(asked)}).status_code == 422


@pytest.mark.parametrize("key", [b"", b"\x40", b"\x60", b"\x80", b"\xa0", b"\xf6", b"\x00"])
def test_a_passkey_whose_key_is_none_is_refused(browser, alder, key):
    """The kind: what the library raises for an answer it cannot read is no refusal."""
    browser.sign_in(alder.owner)
    assert make(browser, Device(public_key=key)).status_code == 422
    assert count(alder) == 0


@pytest.mark.parametrize(
    "answer",
    ["", "x", "[]", "{}", '{"id": 7}', '{"id": "é"}', "{" * 20_000, "[" * 10_000, '{"id":' * 2000],
)
def test_nonsense_is_refused(browser, alder, device, answer):
    give_password(browser, alder.admin)
    browser.get(GIVE)
    browser.send("/sign-in/passkey/request")
    assert browser.send(GIVE, {"credential": answer}).status_code == 422


def test_somebody_elses_passkey_opens_nothing(browser, alder, birch, device):
    for person in (alder.desk, birch.admin):
        own = enrolled(browser, alder, person) if person is alder.desk else Device()
        give_password(browser, person)
        browser.get(GIVE)
        assert give(browser, device).status_code == 422
        assert own.credential_id != device.credential_id
        browser.get("/facilities/")
        browser.send("/sign-out")


def test_a_passkey_is_a_fresh_proof(browser, alder, device):
    give_password(browser, alder.admin)
    browser.get(GIVE)
    give(browser, device)
    with alder.at_work():
        session.execute(text("UPDATE user_sessions SET proven_at = now() - interval '6 minutes'"))
    assert browser.get("/staff/new").location.startswith("/account/proof")
    shown = browser.get("/account/proof?next=/staff/new")
    assert shown.location == "/sign-in/passkey?next=/staff/new"
    browser.get(shown.location)
    assert give(browser, device).status_code == 303
    assert browser.get("/staff/new").status_code == 200


def test_a_second_factor_is_added_on_a_fresh_proof_only(browser, alder, device):
    give_password(browser, alder.admin)
    assert browser.get(NEW).location.startswith("/account/proof")
    browser.get(GIVE)
    give(browser, device)
    second = Device()
    assert make(browser, second).status_code == 303
    assert count(alder) == 2
    with alder.at_work():
        session.execute(text("UPDATE user_sessions SET proven_at = now() - interval '6 minutes'"))
    assert browser.get(NEW).location.startswith("/account/proof")
    assert browser.get("/sign-in/enrolment").location.startswith("/account/proof")


def test_the_only_factor_stays_where_the_clinic_asks_for_one(browser, alder, device):
    give_password(browser, alder.admin)
    browser.get(GIVE)
    give(browser, device)
    browser.get("/account/")
    with alder.at_work():
        [kept] = session.query(Passkey).all()
    address, chosen = "/account/passkeys/removal", {"passkey_id": str(kept.id)}
    refused = browser.send(address, chosen)
    assert refused.status_code == 409
    assert "your only second factor" in refused.text
    Authenticator.set_up(browser)
    browser.get("/account/")
    assert browser.send(address, chosen).status_code == 303
    for gone in (chosen, {"passkey_id": "x"}, {"passkey_id": "9" * 30}):
        browser.get("/account/")
        assert browser.send(address, gone).status_code == 404
    assert alder.entries("passkey.removed", user_id=alder.admin.id)


def test_nobody_has_more_than_ten(browser, alder, device):
    give_password(browser, alder.admin)
    browser.get(GIVE)
    give(browser, device)
    for _ in range(MOST_PASSKEYS - 1):
        assert make(browser, Device()).status_code == 303
    assert make(browser, Device()).status_code == 409
    assert make(browser, device).status_code == 409


def test_new_recovery_codes_void_those_of_before(browser, alder, device):
    give_password(browser, alder.admin)
    browser.get(GIVE)
    give(browser, device)
    browser.get("/account/")
    first = browser.send("/account/recovery-codes").text
    assert first.count("<code>") == 10
    browser.get("/account/")
    assert "10 recovery codes are left." in browser.get("/account/").text
    assert browser.send("/account/recovery-codes").text != first
    void = re.search(r"<code>(.+?)</code>", first)[1]
    browser.get("/facilities/")
    browser.send("/sign-out")
    give_password(browser, alder.admin)
    browser.get("/sign-in/recovery")
    assert browser.send("/sign-in/recovery", {"recovery_code": void}).status_code == 422
    assert alder.entries("recovery-codes.renewed", user_id=alder.admin.id)


def test_of_two_passkeys_removed_at_once_the_last_one_stays(own_database):
    app = own_database.app()
    with app.app_context():
        clinic = found("alder", "America/Chicago")
        demand(clinic)
    browsers, device = [Browser(app), Browser(app)], Device()
    give_password(browsers[0], clinic.admin)
    make(browsers[0], device)
    make(browsers[0], Device())
    give_password(browsers[1], clinic.admin)
    browsers[1].get(GIVE)
    give(browsers[1], device)
    with app.app_context(), clinic.at_work():
        kept = [{"passkey_id": str(each.id)} for each in session.query(Passkey)]
    for each in browsers:
        each.get("/account/")
    with ThreadPoolExecutor(2) as threads:
        answers = list(threads.map(remove, browsers, kept))
    assert answers.count(303) == 1
    with app.app_context():
        assert count(clinic) == 1


def remove(browser: Browser, chosen: dict[str, str]) -> int:
    return browser.send("/account/passkeys/removal", chosen).status_code
