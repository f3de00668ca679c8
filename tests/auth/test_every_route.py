"""Every route x role x method, and another clinic's ids: who gets in, and what the others see."""

from collections.abc import Iterator

import pytest
from flask import Flask

from portal.auth.permissions import RIGHTS, access_of
from tests.auth.routes import ROUTES, SUBJECTS
from tests.support.client import Browser
from tests.support.people import ROLES, Clinic

UNKNOWN = 2**40
GUARDED = sorted(name for name, route in ROUTES.items() if route.right)
ABOUT_RECORDS = sorted(name for name, route in ROUTES.items() if route.subject)


def addresses(app: Flask, endpoint: str, ids: dict[str, int]) -> Iterator[tuple[str, str]]:
    """Method and address of an endpoint."""
    for rule in app.url_map.iter_rules(endpoint):
        _domain, address = rule.build(ids)
        yield from ((method, address) for method in rule.methods & {"GET", "POST"})


def ask(browser: Browser, method: str, address: str):
    return browser.get(address) if method == "GET" else browser.send(address)


def own_ids(clinic: Clinic, endpoint: str) -> dict[str, int]:
    subject = ROUTES[endpoint].subject
    return SUBJECTS[subject](clinic) if subject else {}


def test_every_route_is_listed_with_the_right_it_declares(app):
    declared = {name: access_of(app, name).right for name in app.view_functions}
    assert declared == {name: route.right for name, route in ROUTES.items()}


@pytest.mark.parametrize("endpoint", GUARDED)
def test_a_role_without_the_right_is_refused_and_it_is_on_record(app, browser, alder, endpoint):
    ids = own_ids(alder, endpoint)
    refused = [name for name, role in ROLES.items() if role not in RIGHTS[ROUTES[endpoint].right]]
    for name in refused:
        browser.sign_in(getattr(alder, name))
        for method, address in addresses(app, endpoint, ids):
            response = ask(browser, method, address)
            assert response.status_code == 403, f"{name} {method} {address}"
            assert "Your role does not have the right to" in response.text
        browser.send("/sign-out")
    assert {entry.reason for entry in alder.entries("denied")} <= {endpoint}
    assert bool(alder.entries("denied")) == bool(refused)


@pytest.mark.parametrize("endpoint", GUARDED)
def test_a_role_with_the_right_gets_in(app, browser, alder, endpoint):
    ids = own_ids(alder, endpoint)
    for name, role in ROLES.items():
        if role not in RIGHTS[ROUTES[endpoint].right]:
            continue
        browser.sign_in(getattr(alder, name))
        for method, address in sorted(addresses(app, endpoint, ids)):
            status = ask(browser, method, address).status_code
            assert status < 500, f"{name} {method} {address}: {status}"
            assert status not in {400, 401, 403, 405}, f"{name} {method} {address}: {status}"
            assert status != 404 or not ids, f"{name} {method} {address}: {status}"
        browser.send("/sign-out")


@pytest.mark.parametrize("endpoint", GUARDED)
def test_nobody_is_asked_to_sign_in(app, browser, endpoint):
    browser.get("/sign-in")
    ids = dict.fromkeys(next(app.url_map.iter_rules(endpoint)).arguments, 1)
    for method, address in addresses(app, endpoint, ids):
        response = ask(browser, method, address)
        if method == "GET":
            assert response.location.startswith("/sign-in?next=")
        else:
            assert response.status_code == 401


@pytest.mark.parametrize("endpoint", ABOUT_RECORDS)
def test_another_clinics_record_is_not_found_and_reads_like_an_unknown_one(
    app, browser, alder, birch, endpoint
):
    theirs = own_ids(birch, endpoint)
    unknown = dict.fromkeys(theirs, UNKNOWN)
    browser.sign_in(alder.owner)
    foreign = sorted(addresses(app, endpoint, theirs))
    for (method, address), (_, nowhere) in zip(
        foreign, sorted(addresses(app, endpoint, unknown)), strict=True
    ):
        seen, never = ask(browser, method, address), ask(browser, method, nowhere)
        assert (seen.status_code, never.status_code) == (404, 404), f"{method} {address}"
        assert words(seen.text) == words(never.text)
    assert not birch.entries(endpoint)
    assert all(entry.reason == "not found" for entry in alder.entries(endpoint))


def words(html: str) -> list[str]:
    """The page's lines without what is new each time: the token and the nonce."""
    return [line for line in html.splitlines() if "csrf" not in line and "nonce" not in line]
