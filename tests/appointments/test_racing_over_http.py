"""The race through the browser's door: twenty are booked, the others read what is still free."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TypeVar
from uuid import uuid4

import pytest
from flask import Flask

from portal import clock
from portal.appointments.queries import Wanted, list_offers
from portal.availability.rules import local_date, weekday
from portal.cli.invariants import CHECKS
from tests.support.client import Browser
from tests.support.databases import Database
from tests.support.people import Clinic, found
from tests.support.scheduling import Practice, a_patient, a_practice, hours

CLIENTS = 64
ZONE = "America/Chicago"
Answer = TypeVar("Answer")


@pytest.fixture
def racing(own_database: Database) -> Flask:
    """An application on a database of its own, where requests really commit."""
    return own_database.app()


@pytest.fixture
def clinic(racing: Flask) -> Clinic:
    """The clinic that is rushed."""
    with racing.app_context():
        return found("race", ZONE)


def rush(things: list[Callable[[], Answer]]) -> list[Answer]:
    with ThreadPoolExecutor(CLIENTS) as pool:
        return list(pool.map(lambda thing: thing(), things))


def tomorrows_hours(clinic: Clinic) -> tuple[Practice, list[int], list[int]]:
    """Twenty starts of one doctor tomorrow, and a patient for each client."""
    practice = a_practice(clinic.facility_id)
    tomorrow = local_date(clock.now() + timedelta(days=1), ZONE)
    hours(practice, day=weekday(tomorrow), start="08:00", end="18:00", valid_to=tomorrow)
    offers = list_offers(Wanted(offering_id=practice.offering.id), days=2)
    patients = [a_patient(facility_id=clinic.facility_id).id for _ in range(CLIENTS)]
    return practice, [offer.slot_id for offer in offers], patients


def test_sixty_four_clients_race_for_twenty_starts(racing, clinic):
    with racing.app_context(), clinic.at_work():
        practice, slots, patients = tomorrows_hours(clinic)
        service_id = practice.service.id
    assert len(slots) == 20
    browsers = [Browser(racing) for _ in range(CLIENTS)]
    rush([lambda each=each: each.sign_in(clinic.desk) for each in browsers])

    def booking(number: int) -> Callable[[], int]:
        typed = {
            "booking_key": str(uuid4()),
            "facility_id": clinic.facility_id,
            "patient_id": patients[number],
            "service_id": service_id,
            "availability_slot_id": slots[number % 20],
        }
        return lambda: browsers[number].send("/appointments/new", typed).status_code

    answers = Counter(rush([booking(number) for number in range(CLIENTS)]))
    assert answers == {303: 20, 409: CLIENTS - 20}
    with racing.app_context(), clinic.at_work():
        assert list_offers(Wanted(offering_id=practice.offering.id), days=2) == []
        assert {promise: list(check()) for promise, check in CHECKS.items() if check()} == {}
