"""No list asks the database more often because it is longer."""

from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from uuid import uuid4

import pytest
from flask import Flask
from werkzeug.routing import Rule

from portal.app import registered
from portal.appointments.commands.booking import BookingDetails, book_appointment
from portal.appointments.commands.visit import cancel_appointment
from portal.availability.commands.exceptions import ExceptionDetails, add_exception
from portal.availability.commands.weekly import end_rule
from portal.availability.queries.places import get_place_of
from portal.exchange.imports.commands.uploads import upload
from portal.insurance.commands.acceptance import stop_accepting_plan
from portal.patients.commands.charting import add_alert, add_note
from portal.schema.patients import Patient
from portal.services.commands.catalogue import offer_service
from tests.support.factories import a_facility
from tests.support.people import Clinic
from tests.support.scheduling import (
    MONDAY,
    Practice,
    a_doctor,
    a_patient,
    a_plan,
    a_practice,
    a_wish_for,
    acting_as,
    book,
    chicago,
    hours,
    on_monday,
)
from tests.support.statements import at_most

LISTS = registered().lists
_numbers = count(1)
BUDGET = 25
MORE = (
    "/doctors/?q=example", "/services/{service}", "/availability/{place}",
    "/availability/exceptions/month?month=2026-03", "/appointments/day?date=2026-03-02",
    "/appointments/day-sheet?date=2026-03-02", "/appointments/cancelled?date=2026-03-02",
    "/appointments/groups/{slot}", "/patients/{patient}", "/patients/{patient}/visits",
    "/patients/{patient}/visits/cancellation", "/patients/{patient}/duplicates",
    "/patients/{patient}/status", "/activity/patients/{patient}",
    *(f"/exchange/exports/new?list={name}" for name in LISTS),
)  # fmt: skip
# Nobody's pages, and those that are told of what they are.
NO_LISTS = ("/static", "/sign-in", "/healthz", "/readyz", "/metrics", "/appointments/overlaps",
            "/exchange/exports/new")  # fmt: skip


def lists_of(app: Flask, ids: dict[str, int]) -> list[str]:
    """Every page that can be asked for without a record's number, and those named above."""
    alone = {str(rule) for rule in app.url_map.iter_rules() if is_alone(rule)}
    return sorted(alone | {each.format(**ids) for each in MORE})


def is_alone(rule: Rule) -> bool:
    asked = "GET" in (rule.methods or ()) and not rule.arguments
    return asked and not str(rule).startswith(NO_LISTS)


@dataclass
class Known:
    """What the rows hang on: a practice, a group's start, and a patient of many appointments."""

    practice: Practice
    group: Practice
    slot_id: int
    patient: Patient


def more_of_everything(clinic: Clinic, known: Known, rows: int) -> None:
    """So many more rows for every list."""
    with clinic.at_work(), acting_as(clinic.owner):
        for _ in range(rows):
            n, at = next(_numbers), clinic.facility_id
            a_facility()
            offer_service(known.practice.service.id, a_doctor(at).id, at)
            away = chicago(3, "09:00"), chicago(3, "10:00")
            add_exception(ExceptionDetails(known.practice.doctor.id, at, *away, "blocked"))
            a_patient(first_name="Same", last_name="Person", dob=MONDAY.date(), phone="555 0100")
            _uncovered_visit_outside_the_hours(clinic)
            _at_the_desk(known, n)
            upload("services", f"list-{n}.csv", b"name\nVisit\n") if n < 18 else None
    for _ in range(rows):
        clinic.hire(f"person-{uuid4().hex[:8]}", "clinician")


def _at_the_desk(known: Known, number: int) -> None:
    """Somebody in the group with an alert, somebody cancelled, somebody who waits, one more day."""
    practice, person = known.practice, a_patient(preferred_language="es")
    add_alert(person, "allergy", "Latex", key=uuid4())
    add_alert(known.patient, "safety", "Falls", key=uuid4())
    add_note(known.patient, "Came early.", key=uuid4())
    book_appointment(BookingDetails(person.id, known.group.offering.id, slot_id=known.slot_id))
    cancel_appointment(book(practice, "10:00"), "Ill")
    a_wish_for(practice)
    later = chicago(2, "10:30") + timedelta(weeks=number)
    book_appointment(BookingDetails(known.patient.id, practice.offering.id, start_at=later))


def _uncovered_visit_outside_the_hours(clinic: Clinic) -> None:
    practice, plan = a_practice(clinic.facility_id), a_plan(clinic.facility_id)
    rule = hours(practice)
    book(practice, plan_id=plan.id)
    end_rule(rule, None)
    stop_accepting_plan(clinic.facility_id, plan.id)


@pytest.fixture
def known(alder) -> Known:
    with alder.at_work(), on_monday():
        practice, group = a_practice(alder.facility_id), a_practice(alder.facility_id)
        hours(practice)
        hours(group, capacity=20)
        slot_id = book(group).availability_slot_id
        same = a_patient(first_name="Same", last_name="Person", dob=MONDAY.date(), phone="555 0100")
        return Known(practice, group, slot_id, same)


def asked(browser, address: str) -> int:
    """How many statements a list takes; the first time is for what is remembered after."""
    assert browser.get(address).status_code in (200, 204, 303), address
    with at_most(BUDGET) as sent:
        browser.get(address)
    return len(sent)


def test_a_list_asks_as_often_of_many_rows_as_of_few(app, browser, alder, known):
    """The kind of fault: a page that asks once for each of its rows, which no short list shows."""
    with on_monday():
        with alder.at_work():
            place = get_place_of(known.practice.doctor.id, alder.facility_id)
        ids = {"service": known.practice.service.id, "place": place.id,
               "patient": known.patient.id, "slot": known.slot_id}  # fmt: skip
        browser.sign_in(alder.owner)
        addresses = lists_of(app, ids)
        more_of_everything(alder, known, 2)
        few = {each: asked(browser, each) for each in addresses}
        more_of_everything(alder, known, 8)
        many = {each: asked(browser, each) for each in addresses}
    assert {each: (few[each], many[each]) for each in many if many[each] > few[each]} == {}
