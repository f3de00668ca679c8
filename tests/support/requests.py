"""A browser reduced to its requests: for many clients at once on the production server."""

import re
from email.message import Message
from http.client import HTTPConnection
from http.cookies import SimpleCookie
from urllib.parse import urlencode, urlsplit

from tests.support.people import Person

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class Client:
    """One signed-in session, used from many threads, each with its own connection."""

    def __init__(self, address: str) -> None:
        self.host = urlsplit(address).netloc
        self.cookies: dict[str, str] = {}
        self.token = ""

    def ask(self, method: str, path: str, typed: dict[str, object] | None = None):
        """(status, body) of one request; keeps cookies and the page's token."""
        status, html, _headers = self.exchange(method, path, typed)
        return status, html

    def exchange(
        self, method: str, path: str, typed: dict[str, object] | None = None, **headers: str
    ) -> tuple[int, str, Message]:
        """The same with the answer's headers; `HX_Request="true"` is sent as HX-Request."""
        connection = HTTPConnection(self.host, timeout=60)
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        body = urlencode({"csrf_token": self.token, **(typed or {})}) if typed else None
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        try:
            connection.request(method, path, body, {**FORM, "Cookie": cookie, **sent})
            response = connection.getresponse()
            html = response.read().decode()
        finally:
            connection.close()
        for header in response.headers.get_all("Set-Cookie") or ():
            self.cookies |= {name: each.value for name, each in SimpleCookie(header).items()}
        return response.status, html, response.headers

    def sign_in(self, person: Person) -> "Client":
        self.open("/sign-in")
        typed = {"clinic": person.clinic, "email": person.email, "password": person.password}
        assert self.ask("POST", "/sign-in", typed)[0] == 303
        self.open("/patients/")
        return self

    def open(self, path: str) -> None:
        """A page, for its token."""
        html = self.ask("GET", path)[1]
        self.token = re.search(r'name="csrf-token" content="([^"]+)"', html).group(1)
