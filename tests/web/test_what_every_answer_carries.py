"""Headers, cookies, CSRF, compression and static addresses."""

import gzip
import re

import pytest
from flask import Flask, Response, abort

from portal.auth.permissions import public
from tests.support.client import HTMX, Browser
from tests.support.people import Clinic


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/sign-in", 200),
        ("/nothing-here", 404),
        ("/facilities/", 303),
        ("/sign-out", 405),
        ("/healthz", 200),
        ("/static/mark.svg", 200),
        ("/static/nothing.css", 404),
    ],
)
def test_answers_of_every_kind_carry_the_headers(browser: Browser, address: str, status: int):
    assert browser.get(address).status_code == status  # the browser checks the rest


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "fragment"])
@pytest.mark.parametrize(
    "status", [204, 303, 400, 401, 403, 404, 405, 409, 410, 413, 415, 422, 429, 500, 502, 503]
)
def test_every_status_carries_the_headers(database, status, headers):
    app = database.app()
    app.config["PROPAGATE_EXCEPTIONS"] = False

    def answer() -> Response:
        if status == 500:
            raise RuntimeError
        if status >= 400:
            abort(status)
        return Response(status=status)

    app.add_url_rule("/answer", "answer", public(answer))
    response = Browser(app).get("/answer", headers=headers)  # the browser checks the rest
    assert response.status_code == status


def test_each_response_has_its_own_nonce_and_the_page_carries_it(browser):
    seen = set()
    for _ in range(2):
        response = browser.get("/sign-in")
        [nonce] = re.findall(r"'nonce-([^']+)'", response.headers["Content-Security-Policy"])
        assert f'nonce="{nonce}"' in response.text
        seen.add(nonce)
    assert len(seen) == 2


def test_a_change_without_the_token_is_refused(browser, alder: Clinic):
    browser.sign_in(alder.owner)
    assert browser.post("/facilities/new", data={"name": "X"}).status_code == 400
    assert browser.post("/facilities/new", data={"csrf_token": "x"}).status_code == 400


def test_a_token_of_another_session_is_refused(app: Flask, browser, alder):
    browser.sign_in(alder.owner)
    stolen = Browser(app).sign_in(alder.admin).csrf
    assert browser.post("/facilities/new", data={"csrf_token": stolen}).status_code == 401


def test_a_token_from_before_signing_in_is_refused(browser, alder):
    browser.get("/sign-in")
    before = browser.csrf
    browser.sign_in(alder.owner)
    assert browser.post("/facilities/new", data={"csrf_token": before}).status_code == 400


def test_the_token_may_come_in_htmxs_header(browser, alder):
    browser.sign_in(alder.owner)
    headers = {**HTMX, "X-CSRFToken": browser.csrf}
    assert browser.post("/facilities/new", headers=headers).status_code == 422


@pytest.mark.parametrize(
    ("site", "status"),
    [
        ("cross-site", 400),
        ("same-site", 400),
        ("same-origin", 422),
        ("none", 422),
        # Whatever is not known to be from here is not from here.
        ("CROSS-SITE", 400),
        ("same-origin, cross-site", 400),
        ("", 400),
    ],
)
def test_a_change_that_another_site_asked_for_is_refused(browser, alder, site, status):
    browser.sign_in(alder.owner)
    data = {"csrf_token": browser.csrf}
    response = browser.post("/facilities/new", data=data, headers={"Sec-Fetch-Site": site})
    assert response.status_code == status


def test_a_link_from_another_site_may_lead_here(browser):
    assert browser.get("/sign-in", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 200


def test_no_cookie_holds_what_was_typed_or_said(browser, alder):
    browser.sign_in(alder.owner)
    named = {"name": "Canary Hall", "slug": "", "timezone": "Europe/London"}
    response = browser.send("/facilities/new", named)
    assert response.status_code == 303
    assert all("Canary" not in cookie for cookie in response.headers.getlist("Set-Cookie"))


def test_text_travels_compressed_to_browsers_that_take_it(browser, app):
    plain = app.test_client().get("/sign-in")
    packed = app.test_client().get("/sign-in", headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in packed.headers["Vary"]
    assert b"<h1>Sign in</h1>" in gzip.decompress(packed.data)
    assert len(packed.data) < len(plain.data) / 2


def test_our_files_are_kept_for_years_under_a_versioned_address_only(browser):
    [address] = re.findall(r'href="(/static/css/tokens\.css[^"]*)"', browser.get("/sign-in").text)
    assert "?v=" in address
    kept = "public, max-age=31536000, immutable"
    assert browser.get(address).headers["Cache-Control"] == kept
    assert browser.get("/static/css/tokens.css").headers["Cache-Control"] == "no-cache"
    vendored = "/static/vendor/htmx-4.0.1.min.js"
    assert browser.get(vendored).headers["Cache-Control"] == kept


def test_a_compressed_file_is_not_sent_twice(browser):
    headers = {"Accept-Encoding": "gzip"}
    first = browser.get("/static/css/tokens.css", headers=headers)
    headers["If-None-Match"] = first.headers["ETag"]
    assert browser.get("/static/css/tokens.css", headers=headers).status_code == 304


def test_a_body_that_is_too_large_is_refused(browser, alder):
    browser.sign_in(alder.owner)
    response = browser.send("/facilities/new", {"name": "x" * (1024 * 1024)})
    assert response.status_code == 413


def test_over_https_cookies_belong_to_this_host_alone(app, alder, monkeypatch):
    monkeypatch.setitem(app.config, "SESSION_COOKIE_SECURE", True)
    browser = Browser(app)
    secure = {"base_url": "https://localhost"}
    browser.get("/sign-in", **secure)
    typed = {"clinic": "alder", "email": alder.desk.email, "password": alder.desk.password}
    typed["csrf_token"] = browser.csrf
    response = browser.post(
        "/sign-in", data=typed, headers={"Referer": "https://localhost/sign-in"}, **secure
    )
    [cookie] = [c for c in response.headers.getlist("Set-Cookie") if c.startswith("__Host-portal")]
    assert "Secure" in cookie
    assert "Domain" not in cookie
    assert "max-age=63072000" in response.headers["Strict-Transport-Security"]


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("http://localhost", 303),
        ("http://evil.example", 400),
        ("http://localhost.evil.example", 400),
        ("http://localhost:81", 400),
        ("null", 400),
    ],
)
def test_a_browser_that_only_names_the_origin_is_believed(browser, alder, origin, status):
    """Also with the right token: who could read that must not be able to use it from elsewhere."""
    browser.sign_in(alder.owner)
    typed = {"name": f"Hall {origin}", "timezone": "Europe/London"}
    answer = browser.post(
        "/facilities/new", data={"csrf_token": browser.csrf, **typed}, headers={"Origin": origin}
    )
    assert answer.status_code == status
