"""Taking back restores what was, row by row, whatever has changed in between.

The kind of fault: a way back that asks for the thing anew, by today's hours, buffers and steps, or
that guesses what was before from what is now. Only somebody else in the time may stand in its way.
"""

from dataclasses import replace
from datetime import time, timedelta

import pytest
from sqlalchemy import text

from portal import clock
from portal.appointments.commands.arriving import receive_walk_in
from portal.appointments.commands.booking import walk_in
from portal.appointments.commands.rescheduling import (
    MoveDetails,
    arrive_now,
    reschedule_appointment,
)
from portal.appointments.commands.reversing import undo, undo_newest
from portal.appointments.commands.series import cancel_together
from portal.appointments.commands.steps import skip_step, take_next, unskip_step
from portal.appointments.commands.visit import (
    cancel_appointment,
    check_in,
    mark_no_show,
    start_visit,
)
from portal.appointments.queries.visits import get_appointment, list_steps
from portal.appointments.rules.visits import AnotherDay, ChangedSince, NothingToUndo, VisitNotAt
from portal.availability.commands.weekly import change_rule, details_of
from portal.availability.queries.outlook import list_orphans
from portal.db import session
from portal.scheduling.rules import SlotTaken
from portal.services.commands.catalogue import OfferingDetails, change_offering
from tests.support.scheduling import (
    MONDAY,
    a_patient,
    a_practice,
    acting_as,
    book,
    chicago,
    details,
    hours,
    on_monday,
)

ROWS = text("""
    SELECT to_jsonb(a) - ARRAY['row_version', 'updated_at', 'updated_by'],
           to_jsonb(s) - ARRAY['updated_at'],
           (SELECT jsonb_agg(to_jsonb(p) - ARRAY['updated_at'] ORDER BY p.id)
              FROM appointment_steps p WHERE p.appointment_id = a.id)
      FROM appointments a LEFT JOIN availability_slots s ON s.id = a.availability_slot_id
     WHERE a.id = :id
""")
ACTS = {
    "cancel": lambda visit: cancel_appointment(visit, "Ill"),
    "no-show": mark_no_show,
    "check-in": check_in,
    "move": lambda visit: reschedule_appointment(visit, MoveDetails(start_at=chicago(2, "11:00"))),
}


@pytest.fixture
def practice(clinic):
    practice = a_practice(clinic.facility_id, minutes=(10, 10, 10), skippable=(2,))
    practice.rule = hours(practice)
    return practice


def rows(visit):
    session.flush()
    return tuple(session.execute(ROWS, {"id": visit.id}).one())


def more_buffer(practice):
    change_offering(practice.offering, OfferingDetails(buffer_after_minutes=10))


def earlier_end(practice):
    change_rule(practice.rule, replace(details_of(practice.rule), end_time=time(8, 30)))


@pytest.mark.parametrize("meanwhile", [more_buffer, lambda _practice: None])
@pytest.mark.parametrize("act", ACTS)
def test_it_is_exactly_as_it_was_though_the_buffer_is_longer_now(practice, act, meanwhile):
    visit, _next = book(practice, "09:00"), book(practice, "09:30")
    with on_monday(hours=2.2):
        before = rows(visit)
        ACTS[act](visit)
        assert rows(visit) != before
        meanwhile(practice)
        undo(visit)
        assert rows(visit) == before


def test_hours_that_went_meanwhile_do_not_keep_it_away(practice):
    visit = book(practice, "09:00")
    cancel_appointment(visit, "Mistake")
    earlier_end(practice)
    undo(visit)
    assert visit.status == "scheduled"
    assert [waiting for waiting, _slot in list_orphans()] == [visit.id]


def test_a_walk_in_comes_back_to_its_own_time_after_a_move(practice):
    visit = walk_in(details(practice, "12:15"))
    before = rows(visit)
    reschedule_appointment(visit, MoveDetails(start_at=chicago(2, "10:00")))
    undo(visit)
    assert rows(visit) == before


def test_nobody_is_put_out_of_a_time_they_took(practice):
    visit = book(practice, "09:00")
    cancel_appointment(visit, "Mistake")
    book(practice, "09:00")
    with pytest.raises(SlotTaken):
        undo(visit)
    assert visit.status == "cancelled"


def test_a_skipped_step_is_taken_back_later_too(practice):
    visit = book(practice, "09:00")
    with on_monday(hours=2):
        check_in(visit)
        start_visit(visit)
        second = list_steps(visit.id)[1]
        skip_step(visit, second)
        undo(visit)
        assert second.status == "scheduled"
        skip_step(visit, second)
        unskip_step(visit, second)
    assert second.status == "scheduled"


def test_ones_own_acts_are_a_stack_of_ten_minutes(clinic, practice):
    with acting_as(clinic.desk):
        first, second = book(practice, "09:00"), book(practice, "10:00")
        cancel_appointment(first, "Ill")
        check_in(second)
        assert [act.kind for act in undo_newest()] == ["check_in"]
        assert [act.kind for act in undo_newest()] == ["cancel"]
        assert [act.kind for act in undo_newest()] == ["book"]
        assert (first.status, second.status) == ("scheduled", "cancelled")
    with acting_as(clinic.admin), pytest.raises(NothingToUndo):
        undo_newest()
    later = clock.at(MONDAY + timedelta(minutes=11))
    with acting_as(clinic.desk), later, pytest.raises(NothingToUndo):
        undo_newest()


def test_a_walk_in_and_its_arrival_are_one_act(clinic, practice):
    with acting_as(clinic.desk), on_monday(hours=2):
        visit = receive_walk_in(details(practice, "09:00"))
        assert [act.kind for act in undo_newest()] == ["check_in", "book"]
    assert (visit.status, visit.cancel_code) == ("cancelled", "booked_in_error")


def test_what_comes_next_is_done_once_however_often_it_is_pressed(practice):
    visit = book(practice, "09:00")
    with on_monday(hours=2):
        version = visit.row_version
        assert take_next(visit, version=version).kind == "check_in"
        with pytest.raises(VisitNotAt, match="Already checked in"):
            take_next(visit, version=version)
        kinds = []
        while visit.status != "completed":
            kinds.append(take_next(visit, version=visit.row_version).kind)
    assert kinds == ["start_step", "finish_step", "start_step", "finish_step", "start_step",
                     "complete"]  # fmt: skip


def test_a_version_of_somebody_elses_change_is_not_taken_further(practice):
    visit = book(practice, "09:00")
    version = visit.row_version
    reschedule_appointment(visit, MoveDetails(start_at=chicago(2, "10:00")))
    with on_monday(hours=3), pytest.raises(ChangedSince):
        take_next(visit, version=version)


@pytest.mark.parametrize("act", [check_in, mark_no_show])
def test_another_days_appointment_is_left_alone(practice, act):
    visit = book(practice, "09:00")
    with on_monday(days=1, hours=4), pytest.raises(AnotherDay):
        act(visit)


def test_whoever_comes_on_another_day_is_moved_to_now_and_back_again(clinic, practice):
    visit = book(practice, "09:00", start_at=chicago(2, "09:00") + timedelta(days=7))
    before = rows(visit)
    with on_monday(hours=2):
        arrive_now(visit)
        assert (visit.status, visit.start_at) == ("checked_in", chicago(2, "09:00"))
        undo(visit)
    assert rows(visit) == before


def test_what_would_be_taken_back_is_said_in_words_before_it_is(alder, browser):
    """The kind of fault: a key that does something to whoever was last, and says to whom after."""
    with on_monday(hours=2.2):
        browser.sign_in(alder.desk)
        with alder.at_work(), acting_as(alder.desk):
            practice = a_practice(alder.facility_id)
            hours(practice)
            ana = a_patient(first_name="Ana", last_name="Ruiz").id
            visit = book(practice, "10:30", patient_id=ana)
            check_in(visit)
            others = [book(practice, at) for at in ("11:00", "11:30")]
            cancel_together(others, "", code="weather")
        said = browser.get("/appointments/reversals").text
        assert "Undo “Appointment cancelled: 2 appointments" in said
        assert said.index("cancelled: 2") < said.index("Checked in: Ruiz, Ana, 10:30")
        browser.send("/appointments/reversals")
        assert "Undo “Booked: " in browser.get("/appointments/reversals").text


def test_what_somebody_else_has_changed_since_is_not_offered(alder, browser):
    with on_monday():
        browser.sign_in(alder.desk)
        with alder.at_work():
            practice = a_practice(alder.facility_id)
            hours(practice)
            with acting_as(alder.desk):
                visit = book(practice, "10:30")
            with acting_as(alder.admin):
                cancel_appointment(visit, "Ill")
        assert "Nothing to undo." in browser.get("/appointments/reversals").text


def test_nonsense_in_the_place_of_an_act_takes_nothing_back(alder, browser):
    """Never the newest, as if nothing had been named."""
    with on_monday():
        browser.sign_in(alder.desk)
        with alder.at_work(), acting_as(alder.desk):
            practice = a_practice(alder.facility_id)
            hours(practice)
            visit_id = book(practice, "10:30").id
        for nonsense in ("x", "\0", "1"):
            answer = browser.send("/appointments/reversals", {"act": nonsense})
            assert answer.status_code == 404
        with alder.at_work():
            assert get_appointment(visit_id).status == "scheduled"
