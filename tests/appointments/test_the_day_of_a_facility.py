"""The board's query: everything on it, in a constant number of statements, nobody opened early."""

from datetime import date, datetime, timedelta

import pytest

from portal.appointments.commands.booking import walk_in
from portal.appointments.commands.holds import hold_slot
from portal.appointments.commands.visit import cancel_appointment, check_in, start_visit
from portal.appointments.queries.day import board, board_version
from portal.availability.commands.exceptions import ExceptionDetails, add_exception
from portal.db import state
from portal.errors import NotFound
from portal.scheduling.openings.listing import OpeningQuery, list_openings
from portal.services.commands.catalogue import stop_offering
from tests.support.scheduling import (
    a_doctor,
    a_patient,
    a_plan,
    a_practice,
    a_service,
    acting_as,
    an_offering,
    book,
    chicago,
    details,
    hours,
    on_monday,
)
from tests.support.statements import at_most

DAY = date(2026, 3, 2)


def patients_seen() -> set[int]:
    return state().patients_seen


def test_visits_come_with_what_a_card_shows(clinic, open_practice):
    plan = a_plan(clinic.facility_id)
    patient = a_patient(first_name="Ana", last_name="Ruiz", preferred_language="es")
    visit = book(open_practice, "09:00", patient_id=patient.id, plan_id=plan.id)
    state().patients_seen = set()
    [row] = board(clinic.facility_id, DAY).visits
    assert (row.id, row.start_at, row.status) == (visit.id, chicago(2, "09:00"), "scheduled")
    assert row.service == open_practice.service.name
    assert patients_seen() == set()
    assert row.name() == "Ruiz, Ana"
    assert patients_seen() == {patient.id}
    assert row.flags == ("new", "interpreter")


def test_flags_tell_an_alert_and_that_nobody_else_pays(clinic, open_practice):
    book(open_practice, patient_id=a_patient(meta={"alert": "Latex"}).id)
    [row] = board(clinic.facility_id, DAY).visits
    assert row.flags == ("alert", "new", "self_pay")


def test_the_step_under_way_is_named(clinic, open_practice):
    visit = book(open_practice)
    with on_monday(hours=2):
        check_in(visit)
        start_visit(visit)
    [row] = board(clinic.facility_id, DAY).visits
    assert (row.step_position, row.step_count) == (1, 2)
    assert row.step.startswith("Step")


def test_starts_are_free_until_something_takes_the_doctor(clinic, practice):
    hours(practice, end="10:00")
    cancel_appointment(book(practice, "08:00"), "Mistake")
    book(practice, "08:30")
    walk_in(details(practice, "09:20"))
    free = [slot.start_at for slot in board(clinic.facility_id, DAY).slots if slot.free]
    assert free == [chicago(2, "08:00")]
    with on_monday(hours=1):
        assert not any(slot.free for slot in board(clinic.facility_id, DAY).slots)


def test_what_is_free_on_the_board_can_be_booked_there(clinic, practice):
    """The kind: an opening on the board that the dialog it opens refuses."""
    hours(practice, slot_duration_minutes=15)
    an_offering(a_service(), practice.doctor, clinic.facility_id, minutes=(20,),
                buffer_before_minutes=30)  # fmt: skip
    for time in ("08:45", "10:00"):
        book(practice, time)
    there = OpeningQuery(doctor_id=practice.doctor.id, facility_id=clinic.facility_id)

    def free() -> list[datetime]:
        return [slot.start_at for slot in board(clinic.facility_id, DAY).slots if slot.free]

    def on_offer() -> set[datetime]:
        return {offer.start_at for offer in list_openings(there, first_date=DAY, days=1)}

    assert set(free()) == on_offer()
    assert {chicago(2, "08:30"), chicago(2, "09:45"), chicago(2, "11:45")}.isdisjoint(free())
    before = board_version(clinic.facility_id, DAY)
    stop_offering(practice.offering)
    assert board_version(clinic.facility_id, DAY) != before
    assert set(free()) == on_offer()
    assert chicago(2, "09:15") not in free()


def test_others_see_who_holds_a_start(clinic, open_practice):
    first = board(clinic.facility_id, DAY).slots[0]
    with acting_as(clinic.desk):
        hold_slot(first.id)
        mine = board(clinic.facility_id, DAY).slots[0]
    theirs = board(clinic.facility_id, DAY).slots[0]
    assert (mine.holder, mine.free) == (None, True)
    assert (theirs.holder, theirs.free) == ("Desk", True)


def test_doctors_of_the_day_and_when_they_are_away(clinic, open_practice):
    idle = a_doctor(clinic.facility_id)
    add_exception(
        ExceptionDetails(
            idle.id, clinic.facility_id, chicago(2, "08:00"), chicago(2, "18:00"), "blocked",
            "Conference",
        )
    )  # fmt: skip
    day = board(clinic.facility_id, DAY)
    assert {doctor.id for doctor in day.doctors} == {open_practice.doctor.id, idle.id}
    assert [(block.doctor_id, block.reason) for block in day.away] == [(idle.id, "Conference")]
    assert day.closes - day.opens == timedelta(hours=24)


def test_a_fuller_day_takes_no_more_statements(clinic, open_practice):
    for hhmm in ("08:00", "08:30", "09:00", "09:30"):
        book(open_practice, hhmm)
    with at_most(6):
        assert len(board(clinic.facility_id, DAY).visits) == 4


def test_the_version_changes_with_what_is_shown_and_only_then(clinic, open_practice):
    elsewhere = a_practice_elsewhere_in_time(open_practice)
    seen_so_far = [board_version(clinic.facility_id, DAY)]

    def changed() -> bool:
        seen_so_far.append(board_version(clinic.facility_id, DAY))
        return seen_so_far[-1] != seen_so_far[-2]

    visit = book(open_practice)
    assert changed()
    assert not changed()
    book(elsewhere, "09:00", start_at=chicago(9, "08:00"))
    assert not changed()
    cancel_appointment(visit, "Ill")
    assert changed()
    with on_monday(hours=2):
        assert changed()


def a_practice_elsewhere_in_time(practice):
    other = a_practice(practice.facility_id)
    hours(other, valid_from=date(2026, 3, 9))
    return other


def test_an_unknown_facility_has_no_day(clinic):
    for read in (board, board_version):
        with pytest.raises(NotFound):
            read(999_999, DAY)
