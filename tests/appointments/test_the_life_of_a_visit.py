"""Arrive, start, step through, complete; cancel, miss, and one step back on the same day."""

import pytest

from portal.appointments.commands.reversing import undo
from portal.appointments.commands.steps import finish_step, skip_step, start_step
from portal.appointments.commands.visit import (
    cancel_appointment,
    check_in,
    complete_visit,
    confirm,
    mark_no_show,
    start_visit,
)
from portal.appointments.queries.visits import get_appointment, list_steps
from portal.appointments.rules.visits import (
    NotBegunYet,
    NotUndoneAnyMore,
    ReasonMissing,
    StepNotSkippable,
    StepOutOfTurn,
    StepsRemain,
    VisitNotAt,
)
from portal.availability.commands.exceptions import ExceptionDetails, add_exception
from portal.availability.queries.outlook import list_orphans
from portal.db import session
from portal.scheduling.rules import SlotTaken
from portal.scheduling.slots.queries import get_slot
from tests.support.scheduling import a_practice, book, hours, on_monday


@pytest.fixture
def visit(clinic):
    """A visit of three steps on Monday at nine; the second may be skipped."""
    practice = a_practice(clinic.facility_id, minutes=(10, 10, 10), skippable=(2,))
    hours(practice)
    return book(practice)


def begun(visit):
    with on_monday(hours=2):
        check_in(visit)
        start_visit(visit)
    return visit


def step_statuses(visit) -> list[str]:
    return [step.status for step in list_steps(visit.id)]


def seat(visit):
    slot = get_slot(visit.availability_slot_id)
    session.refresh(slot)
    return slot.status, slot.booked_count


def test_the_whole_way(visit):
    with on_monday(hours=1.9):
        check_in(visit)
    with on_monday(hours=2):
        start_visit(visit)
        assert step_statuses(visit) == ["in_progress", "scheduled", "scheduled"]
    for place in (2, 3):
        with on_monday(hours=2, minutes=10 * (place - 1)):
            start_step(visit, list_steps(visit.id)[place - 1])
    with on_monday(hours=2.5):
        finish_step(visit, list_steps(visit.id)[-1])
    assert step_statuses(visit) == ["completed"] * 3
    assert visit.status == "completed"
    assert visit.checked_in_at < visit.started_at < visit.finished_at
    assert seat(visit) == ("booked", 1)


def test_steps_come_in_order_and_skippable_ones_may_be_left_out(visit):
    begun(visit)
    first, second, third = list_steps(visit.id)
    with pytest.raises(StepOutOfTurn):
        start_step(visit, third)
    with pytest.raises(StepNotSkippable):
        skip_step(visit, third)
    skip_step(visit, second)
    start_step(visit, third)
    assert step_statuses(visit) == ["completed", "cancelled", "in_progress"]
    with pytest.raises(StepOutOfTurn):
        finish_step(visit, first)


def test_starting_the_first_step_starts_the_visit(visit):
    with on_monday(hours=2):
        with pytest.raises(VisitNotAt):
            start_step(visit, list_steps(visit.id)[0])
        check_in(visit)
        start_step(visit, list_steps(visit.id)[0])
    assert visit.status == "in_progress"


def test_completing_asks_for_the_steps_that_cannot_be_skipped(visit):
    begun(visit)
    with pytest.raises(StepsRemain):
        complete_visit(visit)
    _, second, third = list_steps(visit.id)
    start_step(visit, second)
    start_step(visit, third)
    complete_visit(visit)
    assert visit.status == "completed"


@pytest.mark.parametrize("move", [start_visit, complete_visit])
def test_what_does_not_follow_is_refused_by_name(visit, move):
    with pytest.raises(VisitNotAt, match="has not arrived") as refused:
        move(visit)
    assert refused.value.params["status"] == "scheduled"


def test_cancelling_asks_why_and_frees_the_seat(visit):
    with pytest.raises(ReasonMissing) as refused:
        cancel_appointment(visit, "  ")
    assert refused.value.field == "cancel_reason"
    cancel_appointment(visit, "Feels better")
    assert (visit.status, visit.cancel_reason) == ("cancelled", "Feels better")
    assert step_statuses(visit) == ["cancelled"] * 3
    assert seat(visit) == ("open", 0)


def test_cancelling_when_the_visit_is_over_keeps_the_seat(visit):
    with on_monday(hours=3):
        cancel_appointment(visit, "Never came, was told so")
    assert seat(visit) == ("booked", 1)


def test_a_visit_that_has_begun_is_not_cancelled(visit):
    with pytest.raises(VisitNotAt):
        cancel_appointment(begun(visit), "Too late")


def test_a_no_show_only_once_the_start_has_passed(visit):
    with pytest.raises(NotBegunYet):
        mark_no_show(visit)
    with on_monday(hours=2.2):
        mark_no_show(visit)
    assert visit.status == "no_show"
    assert step_statuses(visit) == ["no_show"] * 3


def test_undo_goes_back_one_step_at_a_time(visit):
    begun(visit)
    second = list_steps(visit.id)[1]
    with on_monday(hours=2.2):
        start_step(visit, second)
        undo(visit)
        assert step_statuses(visit) == ["in_progress", "scheduled", "scheduled"]
        undo(visit)
        assert (visit.status, visit.started_at) == ("checked_in", None)
        undo(visit)
        assert (visit.status, visit.checked_in_at) == ("scheduled", None)
        with pytest.raises(NotUndoneAnyMore):
            undo(visit)


def test_undo_of_completing_reopens_the_last_step(visit):
    begun(visit)
    for step in list_steps(visit.id)[1:]:
        start_step(visit, step)
    with on_monday(hours=2.5):
        complete_visit(visit)
    with on_monday(hours=3), pytest.raises(NotUndoneAnyMore):
        undo_tomorrow(visit)
    with on_monday(hours=3):
        undo(visit)
    assert (visit.status, visit.finished_at) == ("in_progress", None)
    assert step_statuses(visit) == ["completed", "completed", "in_progress"]


def undo_tomorrow(visit):
    with on_monday(days=1):
        undo(visit)


def test_undo_of_a_cancellation_takes_the_seat_again(clinic, visit):
    cancel_appointment(visit, "Mistake")
    undo(visit)
    assert (visit.status, visit.cancel_reason) == ("scheduled", None)
    assert step_statuses(visit) == ["scheduled"] * 3
    assert seat(visit) == ("booked", 1)
    session.commit()
    [entry] = clinic.entries("appointments.undo", record_id=visit.id)
    assert entry.old_values == {"status": "cancelled"}


def test_undo_of_a_cancellation_is_refused_when_the_time_has_gone(clinic):
    practice = a_practice(clinic.facility_id)
    hours(practice)
    visit = book(practice)
    cancel_appointment(visit, "Mistake")
    book(practice)
    with pytest.raises(SlotTaken):
        undo(visit)
    assert get_appointment(visit.id).status == "cancelled"


def test_undo_of_a_cancellation_asks_whether_there_are_still_hours(clinic, visit):
    cancel_appointment(visit, "Ill")
    span = visit.start_at, visit.end_at
    add_exception(ExceptionDetails(visit.doctor_id, visit.facility_id, *span, "blocked"))
    undo(visit)
    assert [waiting for waiting, _slot in list_orphans()] == [visit.id]


def test_a_visit_is_confirmed_and_the_mark_taken_back(visit):
    confirm(visit)
    assert visit.confirmed_at is not None
    confirm(visit, confirmed=False)
    assert visit.confirmed_at is None
