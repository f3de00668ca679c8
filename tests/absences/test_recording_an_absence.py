"""A doctor falls ill: what it touches is shown, then all of it is done, or nothing."""

from datetime import time, timedelta

import pytest
from sqlalchemy import func, select

from portal.absences.commands.recording import record_absence
from portal.absences.queries.records import list_decided
from portal.absences.rules import (
    CANCEL,
    CancellingNeedsReason,
    Decision,
    NowhereThere,
    OverAlready,
    PlacesRefused,
)
from portal.absences.screens.planning import plan_absence
from portal.appointments.commands.booking import book_appointment, walk_in
from portal.appointments.queries.day import board
from portal.appointments.queries.visits import get_appointment
from portal.availability.queries.outlook import list_orphans, outlook
from portal.availability.queries.weekly import list_exceptions
from portal.availability.rules import SpanBackwards
from portal.cli.invariants import checks
from portal.db import session
from portal.schema.absences import Absence
from portal.schema.availability import AvailabilitySlot
from tests.absences.conftest import a_ward, absence
from tests.support.scheduling import MONDAY, a_plan, a_practice, book, chicago, details, hours
from tests.support.statements import at_most


@pytest.fixture
def ward(clinic):
    """Made by the job that the test is."""
    return a_ward(clinic)


def kept() -> dict[str, list[str]]:
    return {promise: list(lines) for promise, check in checks().items() if (lines := check())}


def test_each_visit_is_proposed_the_nearest_starts_and_no_two_the_same(ward):
    plan = plan_absence(absence(ward), {})
    assert [visit.id for visit in plan.visits] == [visit.id for visit in ward.visits]
    first = [plan.proposals[visit.id][0] for visit in ward.visits]
    assert [each.start_at for each in first] == [visit.start_at for visit in ward.visits]
    assert {each.doctor_id for each in first} == {ward.other.doctor.id}
    every = [each.slot_id for proposals in plan.proposals.values() for each in proposals]
    assert len(every) == len(set(every))
    for visit in ward.visits:  # one with their own doctor, who is back on Tuesday
        assert (ward.ill.doctor.id, 3) in {
            (each.doctor_id, each.start_at.day) for each in plan.proposals[visit.id]
        }


def test_as_many_openings_go_as_the_board_shows(ward):
    """The kind: what is free by itself is counted, though no visit fits there any more."""
    walk_in(details(ward.ill, start_at=chicago(2, "08:15")))
    doctor_id, facility_id = ward.ill.doctor.id, ward.ill.facility_id
    shown = {slot.start_at for slot in board(facility_id, MONDAY.date()).slots
             if slot.free and slot.doctor_id == doctor_id}  # fmt: skip
    by_itself = (AvailabilitySlot.doctor_id == doctor_id, AvailabilitySlot.status == "open")
    starts = session.scalars(select(AvailabilitySlot.start_at).where(*by_itself))
    assert shown < {start for start in starts if start.day == MONDAY.day}
    assert plan_absence(absence(ward), {}).lost == len(shown)


def test_looking_changes_nothing(ward):
    place = ward.ill.doctor.id, ward.ill.facility_id
    before = outlook(*place)
    plan = plan_absence(absence(ward), {})
    assert plan.lost == 5
    assert outlook(*place) == before
    assert session.scalar(select(func.count()).select_from(Absence)) == 0


def test_the_day_is_done_as_it_was_decided(ward):
    first, second, third = ward.visits
    plan = plan_absence(absence(ward), {})
    decided = {first.id: plan.decisions[first.id], second.id: CANCEL}
    recorded = record_absence(absence(ward), decided, because="Dr. Example is ill")
    assert recorded.fingerprint() == plan.fingerprint()
    assert (first.doctor_id, first.start_at) == (ward.other.doctor.id, chicago(2, "09:00"))
    assert (second.status, second.cancel_reason) == ("cancelled", "Dr. Example is ill")
    assert [visit_id for visit_id, _slot in list_orphans()] == [third.id]
    assert not [at for at, *_ in outlook(ward.ill.doctor.id, ward.ill.facility_id).free
                if at < chicago(3, "00:00")]  # fmt: skip
    outcomes = {each.appointment_id: each.outcome for each in
                list_decided(recorded.absence.id)}  # fmt: skip
    assert outcomes == {first.id: "moved", second.id: "cancelled", third.id: "left"}
    assert kept() == {}


def test_part_of_a_day_touches_those_visits_alone(ward):
    morning = absence(ward, from_time=time(9, 45), until_time=time(10, 15))
    plan = plan_absence(morning, {})
    assert [visit.id for visit in plan.visits] == [ward.visits[1].id]
    assert plan.proposals[ward.visits[1].id][0].start_at == chicago(2, "10:00")


def test_several_days_end_with_the_last(ward):
    with_tuesday = absence(ward, last_day=MONDAY.date() + timedelta(days=1), until_time=time(8, 30))
    record_absence(with_tuesday, {})
    free = sorted(at for at, *_ in outlook(ward.ill.doctor.id, ward.ill.facility_id).free)
    assert free[0] == chicago(3, "08:30")


def test_a_start_taken_meanwhile_refuses_all_and_changes_nothing(ward):
    first, second, _third = ward.visits
    plan = plan_absence(absence(ward), {})
    taken = plan.proposals[first.id][0]
    book_appointment(details(ward.other, offering_id=taken.offering_id, start_at=taken.start_at))
    chosen = {visit.id: plan.decisions[visit.id] for visit in (first, second)}
    with pytest.raises(PlacesRefused) as refused, session.begin_nested():
        record_absence(absence(ward), chosen)
    assert list(refused.value.errors) == [first.id]
    assert second.doctor_id == ward.ill.doctor.id
    assert not list_exceptions(start_at=MONDAY, end_at=MONDAY + timedelta(days=1))
    fresh = plan_absence(absence(ward), chosen)
    assert fresh.decisions[second.id] == chosen[second.id]
    assert taken not in fresh.proposals[first.id]


def test_the_same_key_records_once(ward):
    once = absence(ward)
    first = record_absence(once, {ward.visits[0].id: CANCEL}, because="Ill")
    again = record_absence(once, {ward.visits[1].id: CANCEL}, because="Ill")
    assert (again.absence.id, again.before) == (first.absence.id, True)
    assert ward.visits[1].status == "scheduled"
    assert len(list_exceptions(start_at=MONDAY, end_at=MONDAY + timedelta(days=1))) == 1


def test_a_walk_in_waits_for_a_decision_too(ward):
    at = chicago(2, "09:30")
    visit = walk_in(details(ward.ill, start_at=at))
    own = walk_in(details(ward.ill, start_at=chicago(2, "13:00")))
    record_absence(absence(ward), {})
    waiting = {visit_id for visit_id, _slot in list_orphans()}
    assert {visit.id, own.id} <= waiting


def test_only_where_the_plan_is_accepted(ward):
    plan = a_plan()
    insured = ward.visits[0]
    insured.insurance_plan_id = plan.id
    session.flush()
    found = plan_absence(absence(ward), {})
    assert found.proposals[insured.id] == []
    assert found.decisions[insured.id] == Decision("leave")


def test_a_start_of_another_service_is_refused(ward, clinic):
    strange = a_practice(clinic.facility_id)
    hours(strange)
    slot = next(iter(plan_absence(absence(ward), {}).proposals[ward.visits[0].id]))
    wrong = {ward.visits[0].id: Decision("move", slot.slot_id, strange.offering.id)}
    with pytest.raises(PlacesRefused), session.begin_nested():
        record_absence(absence(ward), wrong)
    assert get_appointment(ward.visits[0].id).doctor_id == ward.ill.doctor.id


@pytest.mark.parametrize(
    ("typed", "refusal"),
    [
        ({"from_time": time(12), "until_time": time(11)}, SpanBackwards),
        ({"first_day": MONDAY.date() - timedelta(days=2),
          "last_day": MONDAY.date() - timedelta(days=1)}, OverAlready),
        ({"facility_id": 2**40}, NowhereThere),
    ],
)  # fmt: skip
def test_what_is_no_absence_is_refused(ward, typed, refusal):
    with pytest.raises(refusal):
        plan_absence(absence(ward, **typed), {})


def test_cancelling_asks_why(ward):
    with pytest.raises(CancellingNeedsReason), session.begin_nested():
        record_absence(absence(ward), {ward.visits[0].id: CANCEL})


def test_more_visits_ask_no_more_questions(ward):
    with at_most(40) as few:
        plan_absence(absence(ward), {})
    for at in ("08:00", "08:30", "09:30", "10:30", "11:30"):
        book(ward.ill, at)
    with at_most(len(few)):
        assert len(plan_absence(absence(ward), {}).visits) == 8
