"""What can be booked and what stands in the way, each with the page that mends it."""

import re

import pytest

from portal.availability.commands.exceptions import ExceptionDetails, add_exception
from portal.doctors.commands import end_place
from portal.facilities.commands import FacilityDetails, open_facility
from portal.services.commands.catalogue import OfferingDetails, offer_service
from portal.setup.queries.coverage import CoverageQuery, coverage
from tests.support.scheduling import (
    a_doctor,
    a_plan,
    a_practice,
    a_service,
    a_workflow,
    book,
    chicago,
    hours,
    on_monday,
)
from tests.support.statements import at_most


@pytest.fixture
def west(clinic) -> int:
    """A second facility."""
    details = FacilityDetails(name="Alder West", slug="west", timezone="America/Chicago")
    return open_facility(details).id


def problems(**asked) -> list[list[str]]:
    return [
        list(row.problems) for row in coverage(CoverageQuery(**{"problem": "any", **asked})).rows
    ]


def test_what_is_complete_can_be_booked_from_a_start_on(clinic):
    practice = a_practice(clinic.facility_id)
    hours(practice)
    plan = a_plan(clinic.facility_id)
    [row] = coverage(CoverageQuery(problem="none")).rows
    assert (row.offering_id, row.self_pay, row.names) == (practice.offering.id, True, [plan.name])
    assert row.start_at == chicago(2, "08:00")
    assert problems() == []


def test_without_hours_nothing_can_be_booked(clinic):
    a_practice(clinic.facility_id)
    assert problems() == [["no_hours"]]


def test_hours_of_another_service_are_none(clinic):
    practice = a_practice(clinic.facility_id)
    other = offer_service(a_service().id, practice.doctor.id, clinic.facility_id, OfferingDetails())
    a_workflow(other, (15,))
    hours(practice, service_offering_id=other.id)
    assert problems() == [["no_hours"]]


def test_a_place_that_ended_is_named(clinic):
    practice = a_practice(clinic.facility_id)
    hours(practice)
    end_place(practice.doctor.id, clinic.facility_id)
    assert problems() == [["place_ended"]]


def test_without_steps_only_the_plans_that_have_their_own_are_booked(clinic):
    doctor, service = a_doctor(clinic.facility_id), a_service()
    offering = offer_service(service.id, doctor.id, clinic.facility_id, OfferingDetails())
    plan = a_plan(clinic.facility_id)
    a_workflow(offering, (15,), plan=plan)
    rows = coverage(CoverageQuery(problem="any")).rows
    assert [(row.problems, row.self_pay, row.names) for row in rows] == [
        (["no_hours"], False, [plan.name]),
        (["no_workflow"], True, []),
    ]


def test_a_visit_longer_than_the_hours_does_not_fit(clinic):
    practice = a_practice(clinic.facility_id, minutes=(60, 60))
    hours(practice, start="08:00", end="09:00")
    assert problems() == [["does_not_fit"]]


def test_hours_that_are_blocked_leave_no_starts(clinic):
    practice = a_practice(clinic.facility_id)
    hours(practice, valid_to=chicago(2, "08:00").date())
    add_exception(ExceptionDetails(
        practice.doctor.id, clinic.facility_id, chicago(2, "07:00"), chicago(2, "13:00"), "blocked"
    ))  # fmt: skip
    assert problems() == [["no_slots"]]


def test_hours_that_are_booked_out_are_full(clinic):
    practice = a_practice(clinic.facility_id)
    hours(practice, end="08:30", valid_to=chicago(2, "08:00").date())
    book(practice, "08:00")
    assert problems() == [["full"]]


def test_what_a_facility_does_not_accept_is_told_on_demand(clinic, west):
    for facility_id in (clinic.facility_id, west):
        hours(a_practice(facility_id))
    plan = a_plan(clinic.facility_id)
    assert problems(problem="") == []
    [row] = coverage(CoverageQuery(problem="not_accepted")).rows
    assert (row.facility, row.names, row.self_pay) == ("Alder West", [plan.name], False)


@pytest.mark.parametrize(
    ("terms", "problem"),
    [
        ({"accepted_until": chicago(1, "08:00").date()}, "contract_ended"),
        ({"accepted_since": chicago(2, "08:00").date().replace(year=2030)}, "dates_apart"),
    ],
)
def test_a_contract_that_ended_or_is_far_off_is_named(clinic, terms, problem):
    hours(a_practice(clinic.facility_id))
    a_plan(clinic.facility_id, **terms)
    assert problems() == [[problem]]


def test_a_facility_and_a_doctor_narrow_it(clinic, west):
    here, there = a_practice(clinic.facility_id), a_practice(west)
    assert [row.doctor_id for row in coverage(CoverageQuery(facility_id=west)).rows] == [
        there.doctor.id
    ]
    assert [row.facility_id for row in coverage(CoverageQuery(doctor_id=here.doctor.id)).rows] == [
        clinic.facility_id
    ]


def test_the_screen_says_it_in_words_and_leads_there(alder, browser):
    with on_monday(), alder.at_work():
        practice = a_practice(alder.facility_id)
        hours(practice)
        end_place(practice.doctor.id, alder.facility_id)
        name = practice.doctor.display_name
    browser.sign_in(alder.admin)
    shown = browser.get("/setup/coverage").text
    assert f"{name} no longer works at Alder Central." in shown
    assert f"/doctors/{practice.doctor.id}/places/new?facility_id={alder.facility_id}" in shown
    assert "Nothing of this kind" in browser.get("/setup/coverage?problem=full").text
    assert "Nothing of this kind" in browser.get("/setup/coverage?facility_id=x&doctor_id=7").text


def test_more_of_it_asks_no_more_of_the_database(alder, browser):
    browser.sign_in(alder.admin)
    _practices_and_plans(alder, 1)
    with at_most(12) as few:
        browser.get("/setup/coverage?problem=any")
    _practices_and_plans(alder, 4)
    with at_most(len(few)):
        browser.get("/setup/coverage?problem=any")


def _practices_and_plans(clinic, number: int) -> None:
    with on_monday(), clinic.at_work():
        for _ in range(number):
            a_practice(clinic.facility_id)
            a_plan(clinic.facility_id)


def test_a_long_list_is_looked_through_piece_by_piece(clinic):
    for _ in range(3):
        a_practice(clinic.facility_id)
    first = coverage(CoverageQuery(problem="any"), judged=2)
    assert (len(first.rows), first.after, first.more) == (2, first.rows[-1].offering_id, False)
    rest = coverage(CoverageQuery(problem="any"), after=first.after, judged=2)
    assert (len(rest.rows), rest.after) == (1, None)
    nothing = coverage(CoverageQuery(problem="full"), judged=2)
    assert (nothing.rows, nothing.after) == ([], first.after)


def test_more_rows_than_a_page_holds_begin_the_next(clinic):
    for _ in range(3):
        a_practice(clinic.facility_id)
    first = coverage(CoverageQuery(problem="any"), limit=2)
    assert (len(first.rows), first.more) == (2, True)
    rest = coverage(CoverageQuery(problem="any"), after=first.after, limit=2)
    assert (len(rest.rows), rest.after) == (1, None)
    assert not {row.offering_id for row in first.rows} & {row.offering_id for row in rest.rows}


def test_a_piece_with_nothing_of_the_kind_leads_to_the_next(alder, browser, monkeypatch):
    monkeypatch.setitem(coverage.__kwdefaults__, "judged", 2)
    _practices_and_plans(alder, 3)
    shown = browser.sign_in(alder.admin).get("/setup/coverage?problem=full").text
    assert "Nothing of this kind so far" in shown
    assert re.search(r"/setup/coverage\?after=\d+&amp;problem=full", shown)
