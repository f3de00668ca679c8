"""Every route x role x method, and another clinic's ids: who gets in, and what the others see."""

from collections.abc import Iterator
from functools import cache

import pytest
from flask import Flask

from portal.auth.permissions import RIGHTS, access_of
from tests.auth.routes import ROUTES
from tests.auth.subjects import SUBJECTS
from tests.support.client import HTMX, Browser
from tests.support.people import ROLES, Clinic
from tests.support.sizes import sized

pytestmark = pytest.mark.timeout(900)  # as every role, by every method: a busy machine takes long

UNKNOWN = 2**40
# signing out comes last: nothing works after it
GUARDED = sorted((name for name in ROUTES if ROUTES[name].right), key="auth.sign_out".__eq__)
ABOUT_RECORDS = [name for name in GUARDED if ROUTES[name].subject]


def addresses(app: Flask, endpoint: str, ids: dict[str, int]) -> Iterator[tuple[str, str]]:
    """Method and address of an endpoint, GET before POST."""
    for rule in app.url_map.iter_rules(endpoint):
        _domain, address = rule.build(ids)
        yield from ((method, address) for method in sorted(rule.methods & {"GET", "POST"}))


def ask(browser: Browser, method: str, address: str):
    return browser.get(address) if method == "GET" else browser.send(address)


def ids_of(clinic: Clinic, subject: str | None) -> dict[str, int]:
    return SUBJECTS[subject](clinic) if subject else {}


def test_every_route_is_listed_with_the_right_it_declares(app):
    declared = {name: access_of(app, name).right for name in app.view_functions}
    assert declared == {name: route.right for name, route in ROUTES.items()}


@pytest.mark.parametrize("name", ROLES)
def test_a_role_is_refused_what_it_has_no_right_to_and_that_is_on_record(app, browser, alder, name):
    refused = [each for each in GUARDED if ROLES[name] not in RIGHTS[ROUTES[each].right]]
    of_subject = cache(lambda subject: ids_of(alder, subject))
    browser.sign_in(getattr(alder, name))
    let_in = [
        f"{method} {address}: {response.status_code}"
        for endpoint in refused
        for method, address in addresses(app, endpoint, of_subject(ROUTES[endpoint].subject))
        for response in [ask(browser, method, address)]
        if response.status_code != 403 or "does not have permission to" not in response.text
    ]
    assert let_in == []
    assert {entry.reason for entry in alder.entries("denied")} == set(refused)


@pytest.mark.parametrize("name", ROLES)
def test_a_role_gets_in_where_it_has_the_right(app, browser, alder, name):
    only_seen = cache(lambda subject: ids_of(alder, subject))
    browser.sign_in(getattr(alder, name))
    kept_out = []
    for endpoint in GUARDED:
        if ROLES[name] in RIGHTS[ROUTES[endpoint].right]:
            written = any("POST" in rule.methods for rule in app.url_map.iter_rules(endpoint))
            subject = ROUTES[endpoint].subject
            ids = ids_of(alder, subject) if written else only_seen(subject)
            for method, address in addresses(app, endpoint, ids):
                status = ask(browser, method, address).status_code
                if status >= 500 or status in {400, 401, 403, 405} or (status == 404 and ids):
                    kept_out.append(f"{method} {address}: {status}")
    assert kept_out == []


def test_nobody_is_asked_to_sign_in(app, browser):
    browser.get("/sign-in")
    for endpoint in GUARDED:
        ids = dict.fromkeys(next(app.url_map.iter_rules(endpoint)).arguments, 1)
        for method, address in addresses(app, endpoint, ids):
            response = ask(browser, method, address)
            if method == "GET":
                assert response.location.startswith("/sign-in?next="), address
            else:
                assert response.status_code == 401, address


TURNS = sized(3, 1)
METHODS = ("GET", "POST", "HEAD", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND")


@pytest.mark.parametrize(("turn", "name"), list(enumerate([*ROLES, None])))
def test_a_method_that_a_route_does_not_take_is_refused_to_everybody(
    app, browser, alder, turn, name
):
    """Each is tried by two kinds of people, in turns; in full by all."""
    of_subject = cache(lambda subject: ids_of(alder, subject))
    if name:
        browser.sign_in(getattr(alder, name))
    taken = []
    for rule in app.url_map.iter_rules():
        if rule.endpoint != "static":
            ids = LINK if "token" in rule.arguments else of_subject(ROUTES[rule.endpoint].subject)
            _domain, address = rule.build(ids)
            others = {r for r in METHODS if r not in methods_of(app, address)}
            for method in sorted(others)[turn % TURNS :: TURNS]:
                status = browser.open(address, method=method, headers=HTMX).status_code
                if status not in {400, 405}:
                    taken.append(f"{method} {address}: {status}")
    assert taken == []


LINK = {"token": "none"}


def methods_of(app: Flask, address: str) -> set[str]:
    """What the address takes, by whichever of its routes."""
    return set(app.url_map.bind("localhost").allowed_methods(address))


def test_another_clinics_record_is_not_found_and_reads_like_an_unknown_one(
    app, browser, alder, birch
):
    of_subject = cache(lambda subject: ids_of(birch, subject))
    browser.sign_in(alder.owner)
    told = []
    for endpoint in ABOUT_RECORDS:
        theirs = of_subject(ROUTES[endpoint].subject)
        foreign = addresses(app, endpoint, theirs)
        unknown = addresses(app, endpoint, dict.fromkeys(theirs, UNKNOWN))
        for (method, address), (_method, nowhere) in zip(foreign, unknown, strict=True):
            seen, never = ask(browser, method, address), ask(browser, method, nowhere)
            if (seen.status_code, never.status_code) != (404, 404):
                told.append(f"{method} {address}: {seen.status_code}, {never.status_code}")
            elif words(seen.text) != words(never.text):
                told.append(f"{method} {address} reads differently")
        if any(entry.reason != "not found" for entry in alder.entries(endpoint)):
            told.append(f"{endpoint} left an entry")
    assert told == []


def words(html: str) -> list[str]:
    """The page's lines without what is new each time: token, nonce, seconds left, the minute."""
    new = ("csrf", "nonce", "data-ends", "printed-at")
    return [line for line in html.splitlines() if not any(word in line for word in new)]
