"""The waitlist: whom a free start suits, in which order, and that one of them gets it."""

from datetime import date, timedelta
from uuid import uuid4

import pytest

from portal import clock
from portal.appointments.commands.booking import BookingDetails, book_appointment
from portal.appointments.commands.visit import cancel_appointment
from portal.appointments.commands.waitlist import (
    WishDetails,
    add_to_waitlist,
    booking_wish,
    change_wish,
    reinstate_wish,
    withdraw_wish,
)
from portal.appointments.queries.of_patient import list_coming_of
from portal.appointments.queries.waitlist import list_matches, list_wanting, list_wishes
from portal.appointments.rules.waitlist import (
    Match,
    NoFacility,
    NoWeekday,
    WaitBackwards,
    WaitOver,
    WaitsNoMore,
    WaitTooLong,
    by_start,
    ranked,
    weekday_bits,
    weekdays_of,
)
from portal.availability.commands.exceptions import (
    ExceptionDetails,
    add_exception,
    remove_exception,
)
from portal.db import session
from portal.insurance.commands.acceptance import AcceptanceDetails, accept_plan
from portal.patients.commands.merging import MergeDetails, merge_patients, unmerge_patients
from portal.scheduling.rules import SlotTaken
from tests.support.scheduling import (
    MONDAY,
    a_doctor,
    a_patient,
    a_plan,
    a_wish_for,
    a_workflow,
    an_offering,
    book,
    chicago,
    details,
)

TODAY = date(2026, 3, 2)


def match(number: int, **more) -> Match:
    usual = {
        "entry_id": number, "patient_id": number, "offering_id": 1, "slot_id": 1, "doctor_id": 1,
        "facility_id": 1, "start_at": MONDAY, "zone": "America/Chicago", "urgency": "routine",
        "named": False, "spare": 0, "insured": False, "since": MONDAY,
    }  # fmt: skip
    return Match(**(usual | more))


def test_urgency_comes_first_then_fit_then_plan_then_the_longest_wait():
    order = [
        match(1, urgency="urgent", spare=30),
        match(2, urgency="soon", spare=30),
        match(3, named=True, spare=15),
        match(4, insured=True),
        match(5, since=MONDAY - timedelta(days=1)),
        match(6),
        match(7, spare=15, insured=True, named=False),
    ]
    assert [each.entry_id for each in ranked(reversed(order))] == [1, 2, 3, 4, 5, 6, 7]


def test_matches_are_kept_by_start_the_earliest_first():
    later = match(1, start_at=MONDAY + timedelta(hours=1), slot_id=2)
    found = by_start([later, match(2), match(3, urgency="soon")])
    assert [[each.entry_id for each in start] for start in found] == [[3, 2], [1]]


def test_weekdays_are_kept_as_bits():
    assert weekdays_of(weekday_bits([6, 0, 0])) == [0, 6]
    with pytest.raises(NoWeekday):
        weekday_bits([])


def wants(practice, hhmm="09:00") -> list[int]:
    found = list_wanting(practice.facility_id, practice.doctor.id, chicago(2, hhmm))
    return [each.entry_id for each in ranked(found)]


def test_a_cancelled_visit_frees_a_start_that_somebody_wants(open_practice):
    visit, wish = book(open_practice), a_wish_for(open_practice)
    assert wants(open_practice) == []
    cancel_appointment(visit, "Better")
    assert wants(open_practice) == [wish.id]


@pytest.mark.parametrize(
    ("wish", "suits"),
    [
        ({}, True),
        ({"part_of_day": "morning"}, True),
        ({"part_of_day": "afternoon"}, False),
        ({"weekdays": weekday_bits([1])}, True),
        ({"weekdays": weekday_bits([0, 2, 3, 4, 5, 6])}, False),
        ({"earliest_on": TODAY + timedelta(days=1)}, False),
        ({"latest_on": TODAY}, True),
    ],
)
def test_a_start_suits_who_would_come_then(open_practice, wish, suits):
    entry = a_wish_for(open_practice, **wish)
    assert (entry.id in wants(open_practice)) is suits


def test_a_wish_for_one_doctor_is_not_offered_anothers_start(open_practice):
    other = a_doctor(open_practice.facility_id)
    an_offering(open_practice.service, other, open_practice.facility_id)
    theirs = a_wish_for(open_practice, doctor_id=other.id)
    hers = a_wish_for(open_practice, doctor_id=open_practice.doctor.id)
    anybodys = a_wish_for(open_practice)
    assert wants(open_practice) == [hers.id, anybodys.id]
    assert theirs.id not in wants(open_practice)


def test_only_who_can_be_booked_then_is_asked(open_practice):
    refused = a_plan()
    a_wish_for(open_practice, plan_id=refused.id)
    busy = a_patient()
    book(open_practice, "10:00", patient_id=busy.id)
    a_wish_for(open_practice, patient_id=busy.id)
    accepted = a_wish_for(open_practice, plan_id=a_plan(open_practice.facility_id).id)
    assert wants(open_practice) == [accepted.id] + [
        wish for wish in wants(open_practice) if wish != accepted.id
    ]
    assert len(wants(open_practice)) == 2
    accept_plan(open_practice.facility_id, refused.id, AcceptanceDetails())
    assert len(wants(open_practice)) == 3


def test_a_visit_too_long_for_the_gap_does_not_fit(open_practice):
    plan = a_plan(open_practice.facility_id)
    a_workflow(open_practice.offering, (45,), plan=plan)
    long = a_wish_for(open_practice, plan_id=plan.id)
    assert wants(open_practice) == [long.id]
    book(open_practice, "09:30")
    assert wants(open_practice) == []


def test_hours_that_come_back_are_offered_too(open_practice, clinic):
    away = ExceptionDetails(
        open_practice.doctor.id, clinic.facility_id, chicago(2, "00:00"), chicago(3, "00:00"),
        "blocked",
    )  # fmt: skip
    exception = add_exception(away)
    wish = a_wish_for(open_practice, latest_on=TODAY)
    assert list_matches(clinic.facility_id, limit=8) == []
    remove_exception(exception)
    found = list_matches(clinic.facility_id, limit=8)
    assert {each.entry_id for each in found} == {wish.id}
    assert found[0].start_at == chicago(2, "08:00")


def test_a_wish_is_over_after_its_latest_day(open_practice, clinic):
    a_wish_for(open_practice, latest_on=TODAY)
    listed = {"status": "waiting", "today": TODAY}
    assert len(list_wishes(clinic.facility_id, **listed)) == 1
    tomorrow = {"status": "expired", "today": TODAY + timedelta(days=1)}
    assert len(list_wishes(clinic.facility_id, **tomorrow)) == 1
    with clock.at(MONDAY + timedelta(days=7)):
        assert list_matches(clinic.facility_id, limit=8) == []


def booked(practice, wish, **more):
    asked = details(practice, patient_id=wish.patient_id, booking_key=uuid4(), **more)
    return booking_wish(wish.id, book_appointment)(asked)


def test_booking_a_wish_fulfils_it(open_practice):
    wish = a_wish_for(open_practice)
    visit = booked(open_practice, wish)
    session.refresh(wish)
    assert (wish.status, wish.appointment_id) == ("booked", visit.id)
    assert wants(open_practice, "10:00") == []


def test_the_same_key_books_a_wish_once_and_answers_the_same(open_practice):
    wish = a_wish_for(open_practice)
    asked = details(open_practice, patient_id=wish.patient_id, booking_key=uuid4())
    twice = [booking_wish(wish.id, book_appointment)(asked) for _ in range(2)]
    assert twice[0].id == twice[1].id


def test_a_wish_somebody_else_booked_takes_no_second_seat(open_practice):
    wish = a_wish_for(open_practice)
    booked(open_practice, wish)
    with pytest.raises(WaitsNoMore):
        booked(open_practice, wish, start_at=chicago(2, "10:00"))
    assert len(list_coming_of(wish.patient_id)) == 1


def test_a_start_that_is_gone_leaves_the_wish_waiting(open_practice):
    wish = a_wish_for(open_practice)
    book(open_practice)
    with pytest.raises(SlotTaken):
        booked(open_practice, wish)
    session.refresh(wish)
    assert wish.status == "waiting"


def test_booking_for_somebody_else_leaves_the_wish_waiting(open_practice):
    wish = a_wish_for(open_practice)
    booking_wish(wish.id, book_appointment)(details(open_practice))
    session.refresh(wish)
    assert wish.status == "waiting"


def test_a_withdrawn_wish_is_not_offered_until_it_is_put_back(open_practice):
    wish = a_wish_for(open_practice)
    withdraw_wish(wish)
    assert wants(open_practice) == []
    with pytest.raises(WaitsNoMore):
        withdraw_wish(wish)
    reinstate_wish(wish)
    assert wants(open_practice) == [wish.id]
    booked(open_practice, wish)
    with pytest.raises(WaitsNoMore):
        reinstate_wish(wish)


@pytest.mark.parametrize(
    ("wish", "refusal"),
    [
        ({"latest_on": TODAY - timedelta(days=1)}, WaitBackwards),
        ({"earliest_on": date(2026, 2, 1), "latest_on": TODAY - timedelta(days=1)}, WaitOver),
        ({"latest_on": date.max}, WaitTooLong),
        ({"facility_ids": []}, NoFacility),
    ],
)
def test_a_wish_has_bounds(open_practice, wish, refusal):
    with pytest.raises(refusal):
        a_wish_for(open_practice, **wish)


def test_a_wish_is_added_once_and_changed(open_practice):
    key, patient = uuid4(), a_patient()
    wish = WishDetails(
        patient.id, open_practice.service.id, [open_practice.facility_id], TODAY, TODAY,
        notes="Afraid of needles",
    )  # fmt: skip
    first, again = (add_to_waitlist(wish, key) for _ in range(2))
    assert first.id == again.id
    later = WishDetails(
        patient.id, open_practice.service.id, [open_practice.facility_id], TODAY,
        TODAY + timedelta(days=7), urgency="urgent",
    )  # fmt: skip
    change_wish(first, later)
    session.refresh(first)
    assert (first.urgency, first.notes) == ("urgent", None)


def test_the_notes_lie_sealed_and_are_read_again(open_practice):
    wish = a_wish_for(open_practice, notes="Afraid of needles")
    session.refresh(wish)
    assert b"needles" not in wish.notes_envelope
    assert wish.notes == "Afraid of needles"


def test_wishes_go_with_a_merged_record_and_come_back(open_practice):
    wish, stays = a_wish_for(open_practice), a_patient()
    goes = wish.patient_id
    merge = merge_patients(MergeDetails(stays.id, goes, {}, uuid4()))
    session.refresh(wish)
    assert wish.patient_id == stays.id
    unmerge_patients(stays.id, merge.id)
    session.refresh(wish)
    assert wish.patient_id == goes


def test_booking_details_name_the_wishs_own_plan(open_practice):
    plan = a_plan(open_practice.facility_id)
    wish = a_wish_for(open_practice, plan_id=plan.id)
    [found] = list_wanting(open_practice.facility_id, open_practice.doctor.id, chicago(2, "09:00"))
    asked = BookingDetails(
        wish.patient_id, found.offering_id, slot_id=found.slot_id, plan_id=wish.insurance_plan_id
    )
    assert booking_wish(wish.id, book_appointment)(asked).insurance_plan_id == plan.id
