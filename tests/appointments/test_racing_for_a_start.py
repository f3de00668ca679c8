"""Sixty-four people and twenty starts: twenty are booked, the rest are told what else is free."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import select

from portal import clock
from portal.appointments.commands.booking import BookingDetails, book_appointment
from portal.appointments.commands.first_visit import book_first_visit
from portal.appointments.rules.visits import PatientBusy
from portal.cli.invariants import checks
from portal.db import session
from portal.patients.rules.details import PatientDetails
from portal.scheduling.openings.listing import OpeningQuery, list_openings
from portal.scheduling.rules import SlotTaken
from portal.schema.patients import Patient
from portal.tenancy.context import as_job
from tests.support.databases import Database
from tests.support.people import Clinic, found
from tests.support.scheduling import MONDAY, Practice, a_patient, a_practice, hours

CLIENTS = 64


@pytest.fixture
def racing(own_database: Database) -> Flask:
    """An application on a database of its own, where bookings really commit."""
    return own_database.app()


def at_once(app: Flask, clinic: Clinic, attempts: list[Callable[[], str]]) -> Counter[str]:
    """What came of each attempt, each in a transaction of its own, all at once."""

    def one(attempt: Callable[[], str]) -> str:
        with app.app_context(), clock.at(MONDAY), as_job(clinic.id, "race"):
            try:
                return attempt()
            except (SlotTaken, PatientBusy) as refused:
                session.rollback()
                return type(refused).__name__

    with ThreadPoolExecutor(CLIENTS) as pool:
        return Counter(pool.map(one, attempts))


def prepare(app: Flask, clients: int = CLIENTS) -> tuple[Clinic, Practice, list[int]]:
    """A clinic with twenty starts of one doctor on Monday, and as many patients as clients."""
    with app.app_context(), clock.at(MONDAY):
        clinic = found("race", "America/Chicago")
        with clinic.at_work():
            practice = a_practice(clinic.facility_id)
            hours(practice, start="08:00", end="18:00", valid_to=MONDAY.date())
            return clinic, practice, [a_patient().id for _ in range(clients)]


def broken(app: Flask, clinic: Clinic) -> dict[str, list[str]]:
    with app.app_context(), clinic.at_work():
        return {promise: list(lines) for promise, check in checks().items() if (lines := check())}


def booking(practice: Practice, patient_id: int, place: int, key: UUID | None = None):
    def attempt() -> str:
        start_at = MONDAY + timedelta(hours=1, minutes=30 * place)
        visit = book_appointment(
            BookingDetails(patient_id, practice.offering.id, start_at=start_at, booking_key=key)
        )
        return f"booked {visit.id}" if key else "booked"

    return attempt


def test_twenty_starts_are_booked_by_twenty(racing):
    clinic, practice, patients = prepare(racing)
    attempts = [booking(practice, patient, n % 20) for n, patient in enumerate(patients)]
    assert at_once(racing, clinic, attempts) == {"booked": 20, "TimeTaken": CLIENTS - 20}
    with racing.app_context(), clock.at(MONDAY), clinic.at_work():
        assert list_openings(OpeningQuery(offering_id=practice.offering.id), days=1) == []
    assert broken(racing, clinic) == {}


def test_one_key_from_many_books_one_visit_for_all(racing):
    clinic, practice, [patient] = prepare(racing, clients=1)
    key = uuid4()
    answers = at_once(racing, clinic, [booking(practice, patient, 3, key)] * 20)
    assert list(answers.values()) == [20]
    assert broken(racing, clinic) == {}


def test_one_key_from_many_registers_one_new_patient(racing):
    clinic, practice, [known] = prepare(racing, clients=1)
    person = PatientDetails(first_name="New", last_name="Patient", facility_id=clinic.facility_id)
    details = BookingDetails(
        0, practice.offering.id, start_at=MONDAY + timedelta(hours=2), booking_key=uuid4()
    )

    def attempt() -> str:
        return f"booked {book_first_visit(person, details).id}"

    assert list(at_once(racing, clinic, [attempt] * 10).values()) == [10]
    with racing.app_context(), clinic.at_work():
        assert session.scalars(select(Patient.id).where(Patient.id != known)).all() == [known + 1]


def test_one_patient_with_many_doctors_at_once(racing):
    clinic, practice, [patient] = prepare(racing, clients=1)
    practices = [practice]
    with racing.app_context(), clock.at(MONDAY), clinic.at_work():
        for _ in range(7):
            other = a_practice(clinic.facility_id)
            hours(other, start="08:00", end="18:00", valid_to=MONDAY.date())
            practices.append(other)
    answers = at_once(racing, clinic, [booking(each, patient, 3) for each in practices])
    assert answers == {"booked": 1, "PatientBusy": 7}
    assert broken(racing, clinic) == {}
