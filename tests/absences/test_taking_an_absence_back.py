"""The doctor comes after all: what can go back goes back, the rest is named."""

from datetime import timedelta

import pytest

from portal import clock
from portal.absences.commands.calls import mark_called
from portal.absences.commands.recording import record_absence
from portal.absences.commands.undoing import undo_absence
from portal.absences.queries.records import list_calls, list_decided
from portal.absences.rules import CANCEL, NotAllReturn, NotMovedBack, UndoneAlready
from portal.absences.screens.planning import plan_absence
from portal.appointments.commands.booking import walk_in
from portal.appointments.commands.rescheduling import MoveDetails, reschedule_appointment
from portal.appointments.commands.reversing import undo_group, undo_newest
from portal.appointments.commands.visit import confirm
from portal.appointments.rules.visits import NothingToUndo
from portal.availability.commands.exceptions import remove_exception
from portal.availability.queries.outlook import list_orphans, outlook
from portal.availability.queries.weekly import list_exceptions
from portal.cli.invariants import checks
from portal.db import session
from portal.facilities.visits import SeesNotAll
from portal.scheduling.rules import TimeTaken
from portal.services.commands.catalogue import OfferingDetails, change_offering
from tests.absences.conftest import a_ward, absence
from tests.appointments.everything import everything, what_differs
from tests.support.scheduling import MONDAY, acting_as, book, chicago, details


@pytest.fixture
def ward(clinic):
    """Made by the job that the test is."""
    return a_ward(clinic)


@pytest.fixture
def recorded(ward):
    """The first is moved, the second cancelled, the third left to decide."""
    first, second, _third = ward.visits
    chosen = {first.id: plan_absence(absence(ward), {}).decisions[first.id], second.id: CANCEL}
    return record_absence(absence(ward), chosen, because="Ill").absence


def free(ward) -> list[str]:
    starts = sorted(at for at, *_ in outlook(ward.ill.doctor.id, ward.ill.facility_id).free)
    return [f"{at - timedelta(hours=6):%H:%M}" for at in starts if at < chicago(3, "00:00")]


def test_everything_is_as_it_was(ward, recorded):
    undone = undo_absence(recorded)
    assert undone.returned == tuple(visit.id for visit in ward.visits)
    assert [(v.doctor_id, v.start_at, v.status) for v in ward.visits] == [
        (ward.ill.doctor.id, chicago(2, at), "scheduled") for at in ("09:00", "10:00", "11:00")
    ]
    assert free(ward) == ["08:00", "08:30", "09:30", "10:30", "11:30"]
    assert list_orphans() == []
    assert not list_exceptions(start_at=MONDAY, end_at=MONDAY + timedelta(days=1))
    assert {promise: list(lines) for promise, check in checks().items() if (lines := check())} == {}


def test_what_was_moved_on_since_stays_and_is_named(ward, recorded):
    first = ward.visits[0]
    reschedule_appointment(first, MoveDetails(start_at=chicago(2, "08:00")))
    undone = undo_absence(recorded)
    assert {each: type(why) for each, why in undone.stays.items()} == {first.id: NotMovedBack}
    assert first.start_at == chicago(2, "08:00")
    assert len(undone.returned) == 2


def test_a_start_that_is_somebodys_now_is_named(ward, recorded):
    walk_in(details(ward.ill, start_at=chicago(2, "10:00")))
    undone = undo_absence(recorded)
    assert {each: type(why) for each, why in undone.stays.items()} == {ward.visits[1].id: TimeTaken}


def test_a_cancelled_visit_returns_on_the_same_day_alone(ward, recorded):
    with clock.at(MONDAY + timedelta(days=1)):
        undone = undo_absence(recorded)
    assert undone.returned == (ward.visits[2].id,)
    assert set(undone.stays) == {visit.id for visit in ward.visits[:2]}


def test_it_is_taken_back_once(recorded):
    undo_absence(recorded)
    with pytest.raises(UndoneAlready):
        undo_absence(recorded)


def test_an_exception_removed_by_hand_is_no_hindrance(ward, recorded):
    [exception] = list_exceptions(start_at=MONDAY, end_at=MONDAY + timedelta(days=1))
    remove_exception(exception)
    assert len(undo_absence(recorded).returned) == 3


def test_a_visit_that_made_its_own_slot_leaves_the_work_list(ward):
    own = walk_in(details(ward.ill, start_at=chicago(2, "13:00")))
    made = record_absence(absence(ward), {}).absence
    assert own.id in dict(list_orphans())
    assert own.id in undo_absence(made).returned
    assert list_orphans() == []


@pytest.mark.parametrize("newest_first", [True, False])
def test_while_another_absence_stands_it_stays_on_the_work_list(ward, newest_first):
    """The kind of fault: what two put there is taken away with one of them."""
    own = walk_in(details(ward.ill, start_at=chicago(2, "13:00")))
    made = [record_absence(absence(ward), {}).absence for _ in range(2)]
    one, other = reversed(made) if newest_first else made
    undo_absence(one)
    assert own.id in dict(list_orphans())
    undo_absence(other)
    assert list_orphans() == []


def test_who_was_told_is_called_again_and_nobody_else(ward, recorded):
    told = ward.visits[0].id
    mark_called(recorded.id, told, called=True)
    undo_absence(recorded)
    calls = {call.appointment_id: call for call in list_calls(recorded.id)}
    assert [each for each, call in calls.items() if call.needed] == [told]
    assert calls[told].called_at is None
    assert {call.stands for call in calls.values()} == {"back"}


def test_who_sees_not_all_of_it_takes_none_of_it_back(recorded):
    recorded.facilities = 2
    session.flush()
    with pytest.raises(SeesNotAll):
        undo_absence(recorded)


def test_it_is_one_of_ones_own_acts_and_comes_back_as_one(clinic, ward):
    """The kind of fault: what was done together comes back one by one, the rest stays behind."""
    first, second, _third = ward.visits
    before = everything()
    with acting_as(clinic.desk):
        chosen = {first.id: plan_absence(absence(ward), {}).decisions[first.id], second.id: CANCEL}
        recorded = record_absence(absence(ward), chosen, because="Ill").absence
        undo_newest()
        session.expire_all()
        assert what_differs(before, everything()) == []
        assert recorded.undone_at is not None
        with pytest.raises(NothingToUndo):
            undo_newest()


def test_as_an_act_it_is_its_own_persons_and_whole(clinic, ward):
    moved = ward.visits[0]
    chosen = {moved.id: plan_absence(absence(ward), {}).decisions[moved.id]}
    with acting_as(clinic.desk):
        recorded = record_absence(absence(ward), chosen).absence
    with acting_as(clinic.admin), pytest.raises(NothingToUndo):
        undo_group(recorded.absence_key)
    walk_in(details(ward.ill, start_at=moved_from(recorded)))
    with acting_as(clinic.desk), pytest.raises(NotAllReturn):
        undo_group(recorded.absence_key)


def moved_from(absence):
    [decided] = [each for each in list_decided(absence.id) if each.outcome == "moved"]
    return decided.from_start_at


def test_a_longer_buffer_keeps_nobody_away_and_what_was_confirmed_since_comes_back(ward):
    neighbour = book(ward.ill, "09:30")
    before = everything()
    first = ward.visits[0]
    chosen = {first.id: plan_absence(absence(ward), {}).decisions[first.id]}
    recorded = record_absence(absence(ward), chosen).absence
    confirm(first)
    change_offering(ward.ill.offering, OfferingDetails(buffer_after_minutes=20))
    assert first.id in undo_absence(recorded).returned
    session.expire_all()
    assert what_differs(before, everything()) == []
    assert neighbour.status == "scheduled"
