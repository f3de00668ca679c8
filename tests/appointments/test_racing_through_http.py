"""Sixty-four people press "Book" on twenty starts at once: twenty cards, the rest a sentence."""

import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from http.client import HTTPConnection
from http.cookies import SimpleCookie
from urllib.parse import urlencode, urlsplit
from uuid import uuid4

import pytest

from portal import clock
from portal.appointments.queries import Wanted, list_offers
from portal.cli.invariants import CHECKS
from tests.support.people import Person, found
from tests.support.scheduling import MONDAY, a_patient, a_practice, hours
from tests.support.serving import served

CLIENTS, STARTS = 64, 20
BOOK = "/appointments/new"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class Client:
    """One signed-in session, used from many threads, each with its own connection."""

    def __init__(self, address: str) -> None:
        self.host = urlsplit(address).netloc
        self.cookies: dict[str, str] = {}
        self.token = ""

    def ask(self, method: str, path: str, typed: dict[str, object] | None = None):
        """(status, body) of one request; keeps cookies and the page's token."""
        connection = HTTPConnection(self.host, timeout=60)
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        body = urlencode({"csrf_token": self.token, **(typed or {})}) if typed else None
        connection.request(method, path, body, {**FORM, "Cookie": cookie})
        response = connection.getresponse()
        html = response.read().decode()
        for header in response.headers.get_all("Set-Cookie") or ():
            self.cookies |= {name: each.value for name, each in SimpleCookie(header).items()}
        connection.close()
        return response.status, html

    def sign_in(self, person: Person) -> "Client":
        self._read("/sign-in")
        typed = {"clinic": person.clinic, "email": person.email, "password": person.password}
        assert self.ask("POST", "/sign-in", typed)[0] == 303
        self._read("/patients/")
        return self

    def _read(self, path: str) -> None:
        html = self.ask("GET", path)[1]
        self.token = re.search(r'name="csrf-token" content="([^"]+)"', html).group(1)


@pytest.fixture
def clinic(own_database):
    """Twenty starts of one doctor this Monday, and more patients than that."""
    app = own_database.app()
    with app.app_context(), clock.at(MONDAY):
        made = found("race", "America/Chicago")
        with made.at_work():
            practice = a_practice(made.facility_id)
            hours(practice, start="08:00", end="18:00", valid_to=MONDAY.date())
            offers = list_offers(Wanted(offering_id=practice.offering.id), days=1)
            patients = [a_patient().id for _ in range(CLIENTS)]
    return app, made, practice, [offer.slot_id for offer in offers], patients


def test_twenty_are_booked_and_nobody_sees_a_server_error(clinic, own_database, tmp_path):
    app, made, practice, slots, patients = clinic
    assert len(slots) == STARTS

    def typed(number: int) -> dict[str, object]:
        return {
            "facility_id": made.facility_id, "service_id": practice.service.id,
            "patient_id": patients[number], "availability_slot_id": slots[number % STARTS],
            "booking_key": uuid4(),
        }  # fmt: skip

    now = (MONDAY + timedelta(minutes=1)).isoformat()
    with served(own_database, tmp_path, PORTAL_NOW=now) as address:
        client = Client(address).sign_in(made.desk)
        with ThreadPoolExecutor(CLIENTS) as pool:
            sent = (pool.submit(client.ask, "POST", BOOK, typed(n)) for n in range(CLIENTS))
            answers = [each.result() for each in list(sent)]
    assert Counter(status for status, _html in answers) == {303: STARTS, 409: CLIENTS - STARTS}
    assert all("just taken" in html for status, html in answers if status == 409)
    with app.app_context(), made.at_work():
        assert {name: lines for name, check in CHECKS.items() if (lines := list(check()))} == {}
