"""No list asks the database more often because it is longer."""

from itertools import count
from uuid import uuid4

import pytest

from portal.availability.commands import ExceptionDetails, add_exception, end_rule
from portal.availability.queries import get_place_of
from portal.insurance.commands import stop_accepting_plan
from portal.services.commands import offer_service
from portal.sheets.commands import bring
from portal.sheets.lists import LISTS
from tests.support.factories import a_facility
from tests.support.people import Clinic
from tests.support.scheduling import (
    MONDAY,
    Practice,
    a_doctor,
    a_patient,
    a_plan,
    a_practice,
    acting_as,
    book,
    chicago,
    hours,
    on_monday,
)
from tests.support.statements import at_most

_numbers = count(1)
BUDGET = 25
ADDRESSES = (
    "/facilities/", "/doctors/", "/doctors/?q=example", "/services/", "/services/{service}",
    "/services/steps/", "/services/workflows/", "/insurance/", "/insurance/acceptance",
    "/insurance/uncovered", "/availability/", "/availability/{place}",
    "/availability/exceptions/", "/availability/exceptions/month?month=2026-03",
    "/availability/orphans/", "/patients/", "/patients/duplicates", "/staff/", "/imports/",
    "/exports/", "/activity/", "/activity/break-glass", "/appointments/flow",
    *(f"/exports/new?list={name}" for name in LISTS),
)  # fmt: skip


def more_of_everything(clinic: Clinic, first: Practice, rows: int) -> None:
    """So many more rows for every list."""
    with clinic.at_work(), acting_as(clinic.owner):
        for _ in range(rows):
            n = next(_numbers)
            a_facility()
            offer_service(first.service.id, a_doctor(clinic.facility_id).id, clinic.facility_id)
            away = chicago(3, "09:00"), chicago(3, "10:00")
            add_exception(ExceptionDetails(first.doctor.id, clinic.facility_id, *away, "blocked"))
            a_patient(first_name="Same", last_name="Person", dob=MONDAY.date(), phone="555 0100")
            _uncovered_visit_outside_the_hours(clinic)
            bring("services", f"list-{n}.csv", b"name\nVisit\n") if n < 18 else None
    for _ in range(rows):
        clinic.hire(f"person-{uuid4().hex[:8]}", "clinician")


def _uncovered_visit_outside_the_hours(clinic: Clinic) -> None:
    practice, plan = a_practice(clinic.facility_id), a_plan(clinic.facility_id)
    rule = hours(practice)
    book(practice, plan_id=plan.id)
    end_rule(rule, None)
    stop_accepting_plan(clinic.facility_id, plan.id)


@pytest.fixture
def first(alder) -> Practice:
    with alder.at_work():
        return a_practice(alder.facility_id)


def asked(browser, address: str) -> int:
    """How many statements a list takes; the first time is for what is remembered after."""
    assert browser.get(address).status_code == 200, address
    with at_most(BUDGET) as sent:
        browser.get(address)
    return len(sent)


def test_a_list_asks_as_often_of_many_rows_as_of_few(browser, alder, first):
    with on_monday():
        with alder.at_work():
            place = get_place_of(first.doctor.id, alder.facility_id)
        ids = {"service": first.service.id, "place": place.id}
        browser.sign_in(alder.owner)
        addresses = [each.format(**ids) for each in ADDRESSES]
        more_of_everything(alder, first, 2)
        few = {each: asked(browser, each) for each in addresses}
        more_of_everything(alder, first, 8)
        many = {each: asked(browser, each) for each in addresses}
    assert {each: (few[each], many[each]) for each in many if many[each] > few[each]} == {}
