"""A clinic group founded from the command line, and its owner's one-time link."""

import pytest
from flask import Flask

from tests.support.authenticator import Authenticator
from tests.support.client import Browser
from tests.support.people import Clinic

PASSWORD = "six blue boats at noon"


@pytest.fixture
def link(app: Flask) -> str:
    runner = app.test_cli_runner()
    found = ["tenants", "create", "cedar", "Cedar Clinics", "--timezone", "Europe/Paris"]
    result = runner.invoke(args=[*found, "--owner", "Ines@cedar.example"])
    assert result.exit_code == 0, result.output
    return result.stdout.strip().removeprefix("http://127.0.0.1:8000")


def test_the_owner_sets_a_password_and_is_signed_in(browser: Browser, link: str):
    shown = browser.get(link).text
    assert "Welcome to Cedar Clinics" in shown
    assert "Ines@cedar.example" in shown
    assert browser.send(link, {"password": PASSWORD}).location == "/sign-in/enrolment?next=/"
    assert "Your password is set." in browser.get("/sign-in/enrolment").text
    authenticator = Authenticator.set_up(browser)
    assert browser.get("/facilities/").status_code == 200
    browser.send("/sign-out")
    again = {"clinic": "cedar", "email": "ines@cedar.example", "password": PASSWORD}
    browser.get("/sign-in")
    assert browser.send("/sign-in", again).location == "/sign-in/code?next=/"
    browser.get("/sign-in/code")
    assert browser.send("/sign-in/code", {"code": authenticator.later()}).location == "/"


def test_the_link_works_once(browser, link):
    browser.get(link)
    browser.send(link, {"password": PASSWORD})
    assert browser.get(link).status_code == 404
    assert browser.send(link, {"password": PASSWORD}).status_code == 404


def test_a_short_password_spends_nothing(browser, link):
    browser.get(link)
    response = browser.send(link, {"password": "short"})
    assert response.status_code == 422
    assert "Use at least 12 characters" in response.text
    assert "short" not in response.text.replace("short name", "")
    assert browser.send(link, {"password": PASSWORD}).status_code == 303


def test_a_guessed_link_finds_nobody(browser):
    assert browser.get("/welcome/" + "A" * 43).status_code == 404


def test_a_slug_is_given_once_and_a_zone_must_exist(app, link):
    runner = app.test_cli_runner()
    rest = ["--owner", "a@b.example"]
    again = ["tenants", "create", "cedar", "Cedar", "--timezone", "Europe/Paris"]
    taken = runner.invoke(args=[*again, *rest])
    assert taken.exit_code == 1
    assert "already a clinic" in taken.output
    nowhere = ["tenants", "create", "cedar2", "Cedar", "--timezone", "Europe/Atlantis"]
    assert "time zone" in runner.invoke(args=[*nowhere, *rest]).output
    bad = ["tenants", "create", "Not A Slug", "Cedar", "--timezone", "Europe/Paris"]
    assert "lower-case" in runner.invoke(args=[*bad, *rest]).output


def test_a_lost_link_can_be_made_again(app, browser, alder: Clinic):
    made = app.test_cli_runner().invoke(args=["tenants", "link", "alder", "DESK@alder.example"])
    address = made.stdout.strip().removeprefix("http://127.0.0.1:8000")
    browser.get(address)
    assert browser.send(address, {"password": PASSWORD}).status_code == 303
    assert [entry.reason for entry in alder.entries("sign-in")] == ["reset link"]
