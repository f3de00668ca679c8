"""However many sign in at once, pages are answered, and who is turned away is told when to return.

The kind of fault: work that is costly by design, and that anybody can ask for without being known.
"""

import os
import signal
from concurrent.futures import ThreadPoolExecutor

import pytest

from portal.auth import passwords
from portal.web import rounds
from tests.support.databases import Database
from tests.support.requests import Client
from tests.support.serving import served
from tests.support.statements import at_most

AT_ONCE = 40
"""Fewer than the free tries of an address."""


def test_pages_are_answered_and_what_is_too_much_is_told_when_to_return(
    own_database: Database, tmp_path
) -> None:
    with served(own_database, tmp_path, WEB_CONCURRENCY="3") as address:
        visitor = Client(address)
        visitor.open("/sign-in")

        def guess(number: int):
            typed = {"clinic": "nowhere", "email": f"{number}@example.org", "password": "a" * 12}
            return visitor.exchange("POST", "/sign-in", typed)

        with ThreadPoolExecutor(AT_ONCE + 1) as pool:
            guesses = [pool.submit(guess, number) for number in range(AT_ONCE)]
            page = pool.submit(visitor.ask, "GET", "/sign-in")
            answers = [each.result() for each in guesses]
    assert page.result()[0] == 200
    assert {status for status, _html, _headers in answers} == {422, 503}
    for status, html, headers in answers:
        assert (headers["Retry-After"] == "3") is (status == 503)
        assert ("Many people are signing in" in html) is (status == 503)
        assert 'value="nowhere"' in html


@pytest.fixture
def places():
    return passwords.Places(1)


def in_a_process_of_its_own(places: passwords.Places, *, stays: bool) -> tuple[int, str]:
    """Its number, and what became of its wish for a place."""
    reads, writes = os.pipe()
    child = os.fork()
    if not child:
        try:
            with places.one():
                os.write(writes, b"in")
                if stays:
                    signal.pause()
        except passwords.Busy:
            os.write(writes, b"busy")
        finally:
            os._exit(0)
    os.close(writes)
    with os.fdopen(reads) as said:
        return child, said.read(4) if not stays else said.read(2)


def test_a_place_is_one_processs_and_free_when_that_is_killed(places) -> None:
    holder, said = in_a_process_of_its_own(places, stays=True)
    assert said == "in"
    with pytest.raises(passwords.Busy), places.one():
        pass
    os.kill(holder, signal.SIGKILL)
    os.waitpid(holder, 0)
    with places.one():
        other, said = in_a_process_of_its_own(places, stays=False)
        assert said == "busy"
        os.waitpid(other, 0)
        with pytest.raises(passwords.Busy), places.one():
            pass


def test_whoever_is_turned_away_has_not_tried(app, browser, alder, monkeypatch) -> None:
    person = alder.desk
    typed = {"clinic": person.clinic, "email": person.email, "password": person.password}
    browser.get("/sign-in")
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(passwords, "places", passwords.Places(0))
        for _ in range(10):
            assert browser.send("/sign-in", typed).status_code == 503
    assert browser.send("/sign-in", typed).status_code == 303
    assert not alder.entries("sign-in.failed")


def test_strangers_take_no_place_of_a_browser_that_is_known(browser, alder, monkeypatch) -> None:
    """Whoever has no account can ask without end, and must not keep a front desk waiting."""
    monkeypatch.setattr(passwords, "places", passwords.Places(2))
    person, nobody = alder.desk, "nobody@example.org"
    typed = {"clinic": person.clinic, "email": person.email, "password": person.password}
    browser.sign_in(person)
    browser.send("/sign-out")
    with passwords.places.one(stranger=True):
        browser.get("/sign-in")
        assert browser.send("/sign-in", typed | {"email": nobody}).status_code == 503
        assert browser.send("/sign-in", typed).status_code == 303
        browser.send("/sign-out")
        browser.delete_cookie("device")
        browser.get("/sign-in")
        assert browser.send("/sign-in", typed).status_code == 503


def test_who_is_turned_away_costs_next_to_nothing(browser, alder, monkeypatch) -> None:
    """No question to the database, a small page, and what was typed is on it."""
    browser.get("/sign-in")
    monkeypatch.setattr(passwords, "places", passwords.Places(0))
    with at_most(0):
        typed = {"clinic": "<alder>", "email": "desk@alder.example", "password": "x" * 12}
        answer = browser.send("/sign-in", typed)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "3")
    assert 'value="&lt;alder&gt;"' in answer.text
    assert 'value="desk@alder.example"' in answer.text
    assert "x" * 12 not in answer.text
    assert len(answer.data) < 4_000
    elsewhere = browser.post("/sign-in", data=typed, headers={"Origin": "https://elsewhere.test"})
    assert elsewhere.status_code == 400


def test_a_worker_looks_at_one_password_and_goes_on_with_the_others_first(monkeypatch) -> None:
    monkeypatch.setattr(rounds, "_known", rounds._Process())
    for _ in range(2):
        rounds.begin()
        with passwords.turn():
            pass
        with pytest.raises(passwords.Busy), passwords.turn():
            pass


def test_a_strangers_password_is_not_in_a_known_browsers_way(monkeypatch) -> None:
    monkeypatch.setattr(rounds, "_known", rounds._Process())
    rounds.begin()
    with passwords.turn(stranger=True):
        pass
    with pytest.raises(passwords.Busy), passwords.turn(stranger=True):
        pass
    with passwords.turn():
        pass


PASSWORDS = {
    "/account/password": {"current_password": "x" * 12, "password": "some other words"},
    "/account/proof": {"current_password": "x" * 12},
}


@pytest.mark.parametrize("address", PASSWORDS)
def test_every_form_that_looks_at_a_password_says_so(browser, alder, monkeypatch, address) -> None:
    browser.sign_in(alder.desk)
    browser.get(address)
    monkeypatch.setattr(passwords, "places", passwords.Places(0))
    answer = browser.send(address, PASSWORDS[address])
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]
    assert "Many people are signing in" in answer.text
    assert not alder.entries("second-factor.failed")


def test_a_link_is_not_spent(browser, app, alder, monkeypatch) -> None:
    made = app.test_cli_runner().invoke(args=["tenants", "link", "alder", alder.desk.email])
    address = "/welcome/" + made.output.split("/welcome/")[1].split()[0]
    browser.get(address)
    monkeypatch.setattr(passwords, "places", passwords.Places(0))
    assert browser.send(address, {"password": "some other words"}).status_code == 503
    monkeypatch.setattr(passwords, "places", passwords.Places(1))
    assert browser.send(address, {"password": "some other words"}).status_code == 303
