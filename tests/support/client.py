"""A browser for tests: it checks every page it gets, and carries the CSRF token along."""

from collections import Counter
from html.parser import HTMLParser
from secrets import token_hex
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from werkzeug.test import TestResponse

from portal.web.openers import SALT, TOKEN
from tests.support.people import Person

ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
}
POLICY = ("default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "trusted-types htmx")
HTMX = {"HX-Request": "true"}


class Page(HTMLParser):
    """What a test wants to know of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: Counter[str] = Counter()
        self.ids: Counter[str] = Counter()
        self.csrf: str | None = None
        self.inline: list[str] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Count tags and ids; note the token and whatever the policy would block."""
        named = dict(attrs)
        self.tags[tag] += 1
        if named.get("id"):
            self.ids[named["id"]] += 1
        if tag == "meta" and named.get("name") == "csrf-token":
            self.csrf = named["content"]
        blocked = [name for name in named if name == "style" or name.startswith(("on", "hx-on"))]
        self.inline += [f"<{tag} {name}>" for name in blocked]
        if tag == "style" or (tag == "script" and "src" not in named):
            self.inline.append(f"<{tag}>")

    def handle_data(self, data: str) -> None:
        """Keep what is read."""
        self.text += data


class Browser(FlaskClient):
    """A test client that no careless page gets past."""

    _renewed = False

    @property
    def csrf(self) -> str:
        """A token as any page of this session has; signing in began one, which a page makes known.

        Made as Flask-WTF makes it.
        """
        if self._renewed:
            self.get("/account/language")
        with self.session_transaction() as kept:
            own = kept.setdefault(TOKEN, token_hex())
        return str(URLSafeTimedSerializer(self.application.secret_key, SALT).dumps(own))

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        """Ask, and check the answer."""
        kwargs.setdefault("buffered", True)  # reads a file to its end and closes it
        response = super().open(*args, **kwargs)
        check(response, asked_by_htmx=response.request.headers.get("HX-Request") == "true")
        self._renewed = False
        return response

    def fragment(self, address: str, **kwargs: Any) -> TestResponse:
        """GET as htmx does."""
        return self.get(address, headers=HTMX, **kwargs)

    def send(
        self, address: str, data: dict[str, Any] | None = None, *, htmx: bool = False, **kwargs: Any
    ) -> TestResponse:
        """POST a form, with the session's token."""
        typed = {"csrf_token": self.csrf, **(data or {})}
        return self.post(address, data=typed, headers=HTMX if htmx else {}, **kwargs)

    def sign_in(self, person: Person) -> "Browser":
        """Sign in by the form, as that person would."""
        typed = {"clinic": person.clinic, "email": person.email, "password": person.password}
        response = self.send("/sign-in", typed)
        assert response.status_code == 303, response.text
        self._renewed = True
        return self


def check(response: TestResponse, *, asked_by_htmx: bool) -> None:
    """What holds for every answer of every status."""
    where = f"{response.request.method} {response.request.path} -> {response.status_code}"
    for name, value in ALWAYS.items():
        assert response.headers.get(name) == value, f"{where}: {name}"
    policy = response.headers.get("Content-Security-Policy", "")
    assert all(part in policy for part in POLICY), f"{where}: {policy}"
    if response.request.path.startswith("/static/"):
        return
    assert response.headers["Cache-Control"] == "no-store", where
    assert "HX-Request" in response.headers.get("Vary", ""), where
    if response.mimetype == "text/html" and response.data and response.status_code != 303:
        check_html(response.text, where, asked_by_htmx=asked_by_htmx)


def check_html(html: str, where: str, *, asked_by_htmx: bool) -> None:
    """One h1 to a page, no page inside a page, ids once, nothing inline."""
    page = Page(html)
    twice = [each for each, count in page.ids.items() if count > 1]
    assert not twice, f"{where}: ids twice: {twice}"
    assert not page.inline, f"{where}: {page.inline}"
    whole = page.tags["html"] == 1
    if not asked_by_htmx:
        assert whole, f"{where}: not a page"
    if whole:
        assert page.tags["h1"] == 1, f"{where}: {page.tags['h1']} h1"
    else:
        assert page.tags["html"] == page.tags["body"] == 0, f"{where}: a page inside a page"


@pytest.fixture
def browser(app: Flask) -> Browser:
    """A browser that checks every page it gets."""
    return Browser(app)
