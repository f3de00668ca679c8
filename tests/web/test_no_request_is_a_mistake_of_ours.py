"""Any request to any route, with any field, query, header, cookie and body: never a 500, and what
is refused has changed nothing.

The kind: what somebody can send reaches a place that cannot hold it. Requests are random, the same
ones each time; what fails says which seed it was.
"""

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

import pytest
from werkzeug.test import EnvironBuilder

from tests.auth.routes import ROUTES
from tests.auth.test_every_route import addresses, ids_of
from tests.auth.test_reading_changes_nothing import READING, added, last_entry
from tests.support.client import Browser
from tests.support.hostile import TYPES, Form, Forms, Ill
from tests.support.people import Clinic, found
from tests.support.sizes import patient, sized
from tests.web.test_what_an_address_may_ask import names

REQUESTS = sized(150, 100_000, ci=100)
FORM = "application/x-www-form-urlencoded"
# Nothing that is refused changes a row; these are entries of the refusal itself.
REFUSED = READING | {"sign-in.failed", "second-factor.failed", "patients.outside", "message.seen"}
WITHOUT = {"static", "auth.welcome", "readyz", "auth.sign_out"}
ELSEWHERE = ("/sign-out", "/sign-in")
IDLE = "SELECT count(*) FROM pg_stat_activity WHERE datname = %s AND state LIKE 'idle in%%'"


class Attacker:
    """Somebody signed in who sends what they like."""

    def __init__(self, app, clinic: Clinic, database) -> None:
        app.config["PROPAGATE_EXCEPTIONS"] = False  # a mistake is answered, as it would be
        self.app, self.clinic, self.database = app, clinic, database
        self.asked = [
            (method, address)
            for endpoint, route in ROUTES.items()
            if endpoint not in WITHOUT
            for method, address in addresses(app, endpoint, ids_of(clinic, route.subject))
        ]
        self.shown = [address for method, address in self.asked if method == "GET"]
        self.browser = Browser(app).sign_in(clinic.owner)

    def stay_signed_in(self) -> None:
        """Sign in again if the last answer was that nobody is."""
        if self._out:
            self.browser = Browser(self.app).sign_in(self.clinic.owner)

    def once(self, seed: str) -> tuple[str, int]:
        """Send one request; what was sent, and the answer's status."""
        ill = Ill(seed, self._names)
        send = ill.random.choice([self._form, self._form, self._query, self._body, self._headers])
        builder = send(ill)
        if ill.random.random() < 0.2:
            builder.headers["HX-Request"] = "true"
        shown = f"{seed}: {builder.method} {builder.path}?{builder.query_string} {builder.headers}"
        response = self.browser.open(builder)
        self._out = response.status_code == 401
        status = response.status_code if sendable(response.headers.values()) else 500
        return shown[:1500], status

    _names = names()
    _out = False

    def _form(self, ill: Ill) -> EnvironBuilder:
        """A page's form, filled in as it was shown but for what is spoiled."""
        address = ill.random.choice(self.shown)
        forms = Forms(address, self.browser.get(address).text).found
        there = [form for form in forms if not form.address.endswith(ELSEWHERE)]
        form = ill.random.choice(there or [Form(address, [])])
        body = ill.spoiled(form, self.browser.csrf or "")
        return self._request("POST", form.address, body=body, content_type=FORM)

    def _query(self, ill: Ill) -> EnvironBuilder:
        method, address = ill.random.choice(self.asked)
        body = b"csrf_token=" + (self.browser.csrf or "").encode() + b"&" + ill.query()
        return self._request(method, address, query=ill.query(), body=body, content_type=FORM)

    def _body(self, ill: Ill) -> EnvironBuilder:
        _method, address = ill.random.choice(self.asked)
        content_type = ill.random.choice([FORM, *TYPES])
        built = self._request("POST", address, body=ill.body(), content_type=content_type)
        built.headers["X-CSRFToken"] = self.browser.csrf or ""
        return built

    def _headers(self, ill: Ill) -> EnvironBuilder:
        method, address = ill.random.choice(self.asked)
        built = self._request(method, address, query=ill.query(), body=b"", content_type=FORM)
        for name, value in ill.headers().items():
            built.headers[name] = value
        return built

    def _request(self, method: str, address: str, *, body: bytes, content_type: str, query=b""):
        parts = urlsplit(address)
        text = (parts.query.encode() + b"&" + query).decode("latin-1") if query else parts.query
        return EnvironBuilder(
            parts.path, method=method, query_string=text, data=body, content_type=content_type
        )


def sendable(values: Iterable[str]) -> bool:
    """Whether the server can write them into an answer's head."""
    return all(re.fullmatch("[\t\x20-\x7e\x80-\xff]*", value) for value in values)


@pytest.fixture
def attacker(own_database) -> Attacker:
    app = own_database.app()
    with app.app_context():
        clinic = found("alder", "America/Chicago")
        return Attacker(app, clinic, own_database)


@patient()
def test_no_request_is_a_mistake_of_ours_and_what_is_refused_changes_nothing(attacker) -> None:
    wrong, statuses = [], set()
    with attacker.database.connect("admin") as admin:
        for number in range(REQUESTS):
            attacker.stay_signed_in()
            last = last_entry(admin)
            sent, status = attacker.once(f"request {number}")
            statuses.add(status)
            if status >= 500:
                wrong.append((sent, status))
            elif status >= 400 and (left := added(admin, last) - REFUSED):
                wrong.append((sent, status, left))
            admin.rollback()
        assert wrong == []
        assert {200, 303, 400, 422} <= statuses
        assert admin.execute(IDLE, [attacker.database.name]).fetchone() == (0,)
