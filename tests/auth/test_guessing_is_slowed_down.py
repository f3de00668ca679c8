"""Guesses: the first ones free, then slower and slower, over all processes, and never for good."""

import os
from concurrent.futures import ThreadPoolExecutor
from http.cookiejar import CookieJar
from math import log2
from time import monotonic
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, build_opener

import pytest
from sqlalchemy import text

from portal.auth import throttling
from portal.db import session, state
from portal.state import Asker
from tests.support.client import Browser, Page
from tests.support.databases import Database
from tests.support.people import Clinic, Person, found
from tests.support.serving import served

GUESSES = int(os.environ.get("PORTAL_TEST_GUESSES", "300"))
# Of those whose password nobody had the time to look at; they have not tried.
TOO_MANY_AT_ONCE = {503}
WRONG = "not the password at all"
WAIT = "UPDATE sign_in_tries SET open_at = open_at - make_interval(secs => %s)"


@pytest.fixture
def committing(own_database: Database) -> tuple[Browser, Clinic]:
    """A browser and a clinic on a database that keeps what is committed.

    The process has told nobody yet that they have to wait, whatever ran before.
    """
    throttling._told.clear()
    app = own_database.app()
    with app.app_context():
        clinic = found("alder", "America/Chicago")
    return Browser(app), clinic


def guess(browser: Browser, person: Person, password: str = WRONG, **changes: str) -> int:
    typed = {"clinic": person.clinic, "email": person.email, "password": password, **changes}
    return browser.send("/sign-in", typed).status_code


def wait(database: Database, seconds: int) -> None:
    """Let time pass, as the table sees it."""
    with database.connect("admin") as admin:
        admin.execute(WAIT, [seconds])


@pytest.mark.parametrize("email", ["desk@alder.example", "nobody@alder.example"])
def test_after_a_few_guesses_an_account_waits_known_or_not(committing, email):
    browser, clinic = committing
    browser.get("/sign-in")
    statuses = [guess(browser, clinic.desk, email=email) for _ in range(8)]
    assert statuses == [422] * 6 + [429] * 2


def test_the_log_says_once_that_somebody_has_to_wait(committing):
    """What is looked at has an entry each; a refusal that costs nothing would fill the log."""
    browser, clinic = committing
    browser.get("/sign-in")
    statuses = [guess(browser, clinic.desk) for _ in range(12)]
    assert statuses.count(429) > 3
    with browser.application.app_context():
        assert len(clinic.entries("sign-in.failed")) == statuses.count(422) + 1


FOLDED_ALIKE = """
SELECT lower(chr(n)), chr(n) FROM generate_series(1, 1114111) AS n
WHERE n NOT BETWEEN 55296 AND 57343 AND lower(chr(n)) ~ '^[a-z]$' AND lower(chr(n)) <> chr(n)
"""


def test_every_spelling_of_an_account_is_one_count(app, alder):
    """The kind: text that identifies, folded by two rules. Tried is all of Unicode."""
    person = alder.desk
    own = throttling.account(person.clinic, person.email)
    alike = session.execute(text(FOLDED_ALIKE)).all()
    assert len(alike) > 26, "also letters beyond ASCII are folded to these"
    for letter, other in alike:
        for place in range(len(person.email)):
            if person.email[place] == letter:
                spelled = person.email[:place] + other + person.email[place + 1 :]
                assert throttling.account(person.clinic, spelled) == own, spelled
    assert throttling.account(person.clinic, "nobody@alder.example") != own


def test_the_right_password_is_not_even_looked_at_before_the_wait_is_over(committing, own_database):
    browser, clinic = committing
    browser.get("/sign-in")
    for _ in range(6):
        guess(browser, clinic.desk)
    assert guess(browser, clinic.desk, clinic.desk.password) == 429
    wait(own_database, 2)
    assert guess(browser, clinic.desk, clinic.desk.password) == 303


def test_guesses_elsewhere_do_not_slow_a_browser_that_the_account_knows(committing):
    browser, clinic = committing
    browser.sign_in(clinic.desk)
    browser.send("/sign-out")
    attacker = Browser(browser.application)
    attacker.get("/sign-in")
    assert [guess(attacker, clinic.desk) for _ in range(8)][-1] == 429
    browser.get("/sign-in")
    assert guess(browser, clinic.desk, clinic.desk.password) == 303
    attacker.set_cookie("device", browser.get_cookie("device").value + "x")
    assert guess(attacker, clinic.desk, clinic.desk.password) == 429


def test_a_shared_computer_is_known_for_whoever_signed_in_there(committing):
    browser, clinic = committing
    for person in (clinic.desk, clinic.admin):
        browser.sign_in(person)
        browser.send("/sign-out")
    attacker = Browser(browser.application)
    attacker.get("/sign-in")
    for person in (clinic.desk, clinic.admin):
        assert [guess(attacker, person) for _ in range(8)][-1] == 429
        browser.get("/sign-in")
        assert guess(browser, person, person.password) == 303
        browser.get("/facilities/")
        browser.send("/sign-out")


def test_a_known_browser_is_known_for_its_account_alone_and_waits_like_others(committing):
    browser, clinic = committing
    browser.sign_in(clinic.desk)
    browser.send("/sign-out")
    browser.get("/sign-in")
    assert [guess(browser, clinic.admin) for _ in range(8)][-1] == 429
    assert [guess(browser, clinic.desk) for _ in range(8)][-1] == 429


def test_an_answer_says_when_to_try_again(committing):
    browser, clinic = committing
    browser.get("/sign-in")
    typed = {"clinic": clinic.slug, "email": clinic.desk.email, "password": WRONG}
    for _ in range(7):
        answer = browser.send("/sign-in", typed)
    assert answer.status_code == 429
    assert 1 <= int(answer.headers["Retry-After"]) <= throttling.LONGEST_SECONDS


def test_the_delay_doubles_up_to_five_minutes(committing, own_database):
    browser, clinic = committing
    browser.get("/sign-in")
    for _ in range(20):
        guess(browser, clinic.desk)
        wait(own_database, throttling.LONGEST_SECONDS)
    assert guess(browser, clinic.desk) == 422
    with own_database.connect("admin") as admin:
        query = "SELECT extract(epoch FROM max(open_at - tried_at)) FROM sign_in_tries"
        # The database adds the seconds in floating point.
        assert round(admin.execute(query).fetchone()[0], 3) == throttling.LONGEST_SECONDS
    wait(own_database, throttling.LONGEST_SECONDS)
    assert guess(browser, clinic.desk, clinic.desk.password) == 303


def test_an_address_that_tries_many_accounts_waits_too(committing, monkeypatch):
    browser, clinic = committing
    monkeypatch.setattr(throttling, "FREE_OF_ADDRESS", 3)
    browser.get("/sign-in")
    tried = [guess(browser, clinic.desk, email=f"p{n}@alder.example") for n in range(5)]
    assert tried == [422] * 4 + [429]


def test_signing_in_starts_the_account_afresh_and_uses_up_no_try_of_the_address(
    committing, own_database
):
    browser, clinic = committing
    browser.get("/sign-in")
    guess(browser, clinic.desk)
    assert guess(browser, clinic.desk, clinic.desk.password) == 303
    with own_database.connect("admin") as admin:
        assert admin.execute("SELECT tries FROM sign_in_tries").fetchall() == [(1,)]


def test_the_table_does_not_say_who_or_from_where(committing, own_database):
    browser, clinic = committing
    browser.get("/sign-in")
    guess(browser, clinic.desk)
    with own_database.connect("admin") as admin:
        kept = str(admin.execute("SELECT s::text FROM sign_in_tries s").fetchall())
    assert "desk" not in kept
    assert b"desk".hex() not in kept


def test_guesses_at_once_over_several_processes_are_counted_one_by_one(own_database, tmp_path):
    with own_database.app().app_context():
        clinic = found("alder", "America/Chicago")
    started = monotonic()
    with served(own_database, tmp_path) as address, ThreadPoolExecutor(8) as threads:
        statuses = list(threads.map(lambda _: guess_that_counts(address, clinic.desk), range(40)))
    # Six, and one more each time that the doubling delay is over.
    assert 6 <= statuses.count(422) <= 7 + log2(1 + monotonic() - started)
    assert set(statuses) == {422, 429}


def guess_that_counts(address: str, person: Person) -> int:
    """Guess again where nobody had the time to look."""
    while (status := guess_by_http(address, person)) in TOO_MANY_AT_ONCE:
        pass
    return status


def guess_by_http(address: str, person: Person, come_from: str = "", password: str = WRONG) -> int:
    opener = build_opener(HTTPCookieProcessor(CookieJar()))
    opener.addheaders = [("X-Forwarded-For", come_from)] if come_from else []
    token = Page(opener.open(f"{address}/sign-in").read().decode()).csrf
    typed = {"csrf_token": token, "clinic": person.clinic, "email": person.email}
    typed["password"] = password
    try:
        return opener.open(f"{address}/sign-in", urlencode(typed).encode()).status
    except HTTPError as error:
        return error.code


@pytest.mark.timeout(7200)
def test_a_flood_of_guesses_from_many_addresses_stands_still_and_the_right_one_gets_in(
    own_database, tmp_path
):
    """PORTAL_TEST_GUESSES=10000 guesses as often as that."""
    with own_database.app().app_context():
        clinic = found("alder", "America/Chicago")
    addresses = [f"203.0.113.{n % 40}" for n in range(GUESSES)]
    settings = {"WEB_CONCURRENCY": "4", "PORTAL_PROXIES": "1"}
    with served(own_database, tmp_path, **settings) as address, ThreadPoolExecutor(16) as threads:
        statuses = list(
            threads.map(lambda come_from: guess_by_http(address, clinic.desk, come_from), addresses)
        )
        assert set(statuses) - TOO_MANY_AT_ONCE == {422, 429}
        # Six, and one more each time that the doubling delay is over.
        assert statuses.count(422) <= 6 + 10
        wait(own_database, throttling.LONGEST_SECONDS)
        right = clinic.desk.password
        assert guess_by_http(address, clinic.desk, "203.0.113.1", right) == 200
    print(f"{GUESSES} guesses, {statuses.count(422)} of them looked at")


def test_an_ipv6_site_is_one_address(app, session):
    def seen_from(ip: str) -> bytes:
        state().asker = Asker(ip=ip)
        return throttling.address()

    assert seen_from("2001:db8::1") == seen_from("2001:db8::2")
    assert seen_from("2001:db8::1") != seen_from("2001:db8:0:1::1")
    assert seen_from("192.0.2.1") != seen_from("192.0.2.2")
