"""Sixty-four people press "Book" on twenty starts at once: twenty cards, the rest a sentence."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import uuid4

import pytest

from portal import clock
from portal.cli.invariants import checks
from portal.scheduling.openings.listing import OpeningQuery, list_openings
from tests.support.people import found
from tests.support.requests import Client
from tests.support.scheduling import MONDAY, a_patient, a_practice, hours
from tests.support.serving import served

CLIENTS, STARTS = 64, 20
BOOK = "/appointments/new"


@pytest.fixture
def clinic(own_database):
    """Twenty starts of one doctor this Monday, and more patients than that."""
    app = own_database.app()
    with app.app_context(), clock.at(MONDAY):
        made = found("race", "America/Chicago")
        with made.at_work():
            practice = a_practice(made.facility_id)
            hours(practice, start="08:00", end="18:00", valid_to=MONDAY.date())
            offers = list_openings(OpeningQuery(offering_id=practice.offering.id), days=1)
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
    assert all("just took" in html for status, html in answers if status == 409)
    with app.app_context(), made.at_work():
        assert {name: lines for name, check in checks().items() if (lines := list(check()))} == {}
