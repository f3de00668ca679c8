"""A start is offered when the whole visit fits, under the plan that pays for it."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from portal.appointments.commands.booking import BookingDetails, book_appointment, walk_in
from portal.availability.commands.exceptions import ExceptionDetails, add_exception
from portal.doctors.commands import end_place, place_at_facility
from portal.facilities.commands import FacilityDetails, open_facility
from portal.insurance.commands.acceptance import AcceptanceDetails, accept_plan, stop_accepting_plan
from portal.scheduling.openings.listing import (
    OpeningQuery,
    list_openings,
    nearest_openings,
    next_available,
    planned_steps,
)
from portal.scheduling.openings.reasons import why_not
from portal.services.commands.catalogue import (
    ServiceDetails,
    add_service,
    retire_service,
    stop_offering,
)
from tests.support.scheduling import (
    a_doctor,
    a_patient,
    a_plan,
    a_practice,
    a_workflow,
    an_offering,
    chicago,
    hours,
    on_monday,
)

pytestmark = pytest.mark.database


def starts(offers) -> list[str]:
    return [f"{(offer.start_at - timedelta(hours=6)):%d %H:%M}" for offer in offers]


def offered(practice, days=7, **wanted) -> list[str]:
    return starts(
        list_openings(OpeningQuery(offering_id=practice.offering.id, **wanted), days=days)
    )


def codes(practice, hhmm, plan=None, day=2) -> list[str]:
    reasons = why_not(practice.offering.id, plan.id if plan else None, chicago(day, hhmm))
    return [reason.code for reason in reasons]


def book(practice, hhmm, **more):
    return book_appointment(
        BookingDetails(a_patient().id, practice.offering.id, start_at=chicago(2, hhmm), **more)
    )


def test_every_start_with_room_for_the_visit(practice):
    hours(practice, end="09:30")
    assert offered(practice) == ["02 08:00", "02 08:30", "02 09:00"]


def test_nothing_without_hours_and_the_reason(practice):
    assert offered(practice) == []
    assert codes(practice, "08:00") == ["no_rule"]


def test_starts_that_have_passed_are_not_offered(practice):
    hours(practice, end="09:30")
    with on_monday(hours=1.5):
        assert offered(practice) == ["02 09:00"]
        assert "passed" in codes(practice, "08:30")


def test_a_long_visit_takes_adjoining_slots(clinic):
    practice = a_practice(clinic.facility_id, minutes=(40,))
    hours(practice, end="09:30")
    assert offered(practice) == ["02 08:00", "02 08:30"]
    assert codes(practice, "09:00") == ["too_short"]


def test_it_does_not_run_over_a_gap(clinic):
    practice = a_practice(clinic.facility_id, minutes=(40,))
    hours(practice, start="08:00", end="09:00")
    hours(practice, start="09:30", end="10:30")
    assert offered(practice) == ["02 08:00", "02 09:30"]


def test_buffers_count_at_both_ends(clinic):
    practice = a_practice(clinic.facility_id, buffer_before_minutes=10, buffer_after_minutes=10)
    hours(practice, end="10:00")
    assert offered(practice) == ["02 08:30", "02 09:00"]
    book(practice, "09:00")
    assert offered(practice) == []


def test_a_visit_anywhere_for_any_service_takes_the_doctor(clinic, practice):
    elsewhere = open_facility(FacilityDetails("Lake", "lake", "America/Chicago"))
    place_at_facility(practice.doctor.id, elsewhere.id)
    hours(practice, end="09:30")
    offering = an_offering(practice.service, practice.doctor, elsewhere.id)
    there = replace(practice, facility_id=elsewhere.id, offering=offering)
    hours(there, end="09:30")
    book(there, "08:30")
    assert offered(practice) == ["02 08:00", "02 09:00"]
    assert codes(practice, "08:30") == ["doctor_taken"]


def test_a_slot_kept_for_one_service_is_not_offered_to_another(practice):
    service = add_service(ServiceDetails("Imaging"))
    other = an_offering(service, practice.doctor, practice.facility_id)
    hours(practice, end="09:00", service_offering_id=other.id)
    assert offered(practice) == []
    assert codes(practice, "08:00") == ["other_service"]


@pytest.mark.parametrize(
    ("acceptance", "seen"),
    [
        ({}, ["02 08:00", "09 08:00"]),
        ({"accepted_since": date(2026, 3, 9)}, ["09 08:00"]),
        ({"accepted_until": date(2026, 3, 2)}, ["02 08:00"]),
        ({"accepted_since": date(2026, 3, 3), "accepted_until": date(2026, 3, 8)}, []),
    ],
)
def test_a_plan_counts_on_the_date_of_service(practice, acceptance, seen):
    hours(practice, end="08:30")
    plan = a_plan(practice.facility_id, **acceptance)
    offers = list_openings(OpeningQuery(offering_id=practice.offering.id, plan_id=plan.id), days=14)
    assert [f"{offer.start_at:%d} 08:00" for offer in offers] == seen


def test_a_plan_that_is_not_accepted_offers_nothing_and_says_so(practice):
    hours(practice, end="08:30")
    plan = a_plan()
    assert offered(practice, plan_id=plan.id) == []
    assert codes(practice, "08:00", plan) == ["plan_not_accepted"]
    accept_plan(practice.facility_id, plan.id, AcceptanceDetails(accepted_since=date(2026, 4, 1)))
    assert codes(practice, "08:00", plan) == ["plan_outside_contract"]
    accept_plan(practice.facility_id, plan.id)
    assert offered(practice, plan_id=plan.id) == ["02 08:00"]
    stop_accepting_plan(practice.facility_id, plan.id)
    assert offered(practice, plan_id=plan.id) == []


def test_a_plans_own_workflow_decides_how_long_the_visit_is(practice):
    plan = a_plan(practice.facility_id)
    a_workflow(practice.offering, (20, 20, 20), plan=plan)
    hours(practice, end="09:00")
    assert offered(practice) == ["02 08:00", "02 08:30"]
    [offer] = list_openings(OpeningQuery(offering_id=practice.offering.id, plan_id=plan.id), days=7)
    assert offer.end_at - offer.start_at == timedelta(minutes=60)
    steps = planned_steps(offer.workflow_id, offer.start_at)
    assert [step.minutes for step in steps] == [20, 20, 20]
    assert steps[-1].end_at == offer.end_at


def test_every_reason_is_given_at_once(practice):
    hours(practice, end="09:00")
    add_exception(
        ExceptionDetails(
            practice.doctor.id, practice.facility_id, chicago(2, "08:00"), chicago(2, "09:00"),
            "blocked", "Conference",
        )
    )  # fmt: skip
    plan = a_plan()
    stop_offering(practice.offering)
    end_place(practice.doctor.id, practice.facility_id)
    retire_service(practice.service)
    assert codes(practice, "08:00", plan) == [
        "offering_inactive", "service_retired", "no_place", "plan_not_accepted", "away",
        "withdrawn", "too_short",
    ]  # fmt: skip


def test_a_booked_start_names_its_slot(practice):
    hours(practice, end="09:00")
    visit = book(practice, "08:00")
    [reason] = why_not(practice.offering.id, None, chicago(2, "08:00"))
    assert (reason.code, reason.record) == ("full", visit.availability_slot_id)


def test_next_available_over_all_doctors_of_a_service(clinic, practice):
    other = a_doctor(practice.facility_id)
    offering = an_offering(practice.service, other, practice.facility_id)
    hours(practice, day=3)
    hours(replace(practice, doctor=other, offering=offering), day=2)
    found = next_available(OpeningQuery(service_id=practice.service.id))
    assert (found.doctor_id, starts([found])) == (other.id, ["03 08:00"])


def test_the_nearest_starts_are_earlier_or_later(practice):
    hours(practice, end="10:00")
    found = nearest_openings(
        OpeningQuery(offering_id=practice.offering.id), chicago(2, "09:05"), limit=3
    )
    assert starts(found) == ["02 09:00", "02 09:30", "02 08:30"]


def test_overbooked_time_is_not_offered_again(practice):
    hours(practice, end="09:30")
    book(practice, "08:00")
    details = BookingDetails(
        a_patient().id, practice.offering.id, start_at=chicago(2, "08:10"), overbook_reason="Pain"
    )
    walk_in(details, may_overbook=True)
    assert offered(practice) == ["02 09:00"]
