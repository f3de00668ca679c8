"""Whatever is done to appointments is taken back as if it had never been, whatever changed since.

The kind of fault: a way back that asks today's rules, or that guesses what was before. So each act
is done in one of two worlds that are one until then: in it other things change as well, and then it
is taken back; in the other they change alone. Afterwards both are equal, row by row.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from portal import clock
from portal.absences.rules import NotAllReturn
from portal.appointments.commands.reversing import undo_newest
from portal.appointments.queries.acts import newest_own_act
from portal.appointments.rules.visits import ChangedSince, NothingToUndo, PatientBusy
from portal.db import session
from portal.errors import DomainError
from portal.scheduling.rules import SlotTaken
from tests.appointments.desk import ACTS, CHANGES, Desk
from tests.appointments.everything import everything, what_differs
from tests.support.scheduling import MONDAY, acting_as, on_monday
from tests.support.sizes import patient as takes_its_time
from tests.support.sizes import sized

NUMBERS = st.integers(0, 40)
ACT = st.tuples(st.sampled_from(sorted(ACTS)), NUMBERS, NUMBERS)
CHANGE = st.tuples(st.sampled_from(sorted(CHANGES)), NUMBERS, NUMBERS)
Said = tuple[str, int, int]
COURSE = settings(
    deadline=None, database=None, suppress_health_check=list(HealthCheck), print_blob=False,
    max_examples=sized(15, 3000),
)  # fmt: skip


@pytest.fixture
def desk(alder):
    """Ten appointments at twenty to ten, of which no one has been done anything to."""
    with alder.at_work():
        with clock.at(MONDAY):
            found = Desk(alder)
        with on_monday(hours=2, minutes=40):
            yield found


def done(desk: Desk, act: Said) -> bool:
    """Do it as a request would: refused, it leaves nothing behind."""
    name, number, more = act
    try:
        with session.begin_nested():
            ACTS[name](desk, number, more)
    except DomainError:
        return False
    finally:
        session.expire_all()
    return True


def change(desk: Desk, changes: list[Said]) -> None:
    for name, number, more in changes:
        CHANGES[name](desk, number, more)


@contextmanager
def a_world() -> Iterator[None]:
    """What is done inside has never been."""
    savepoint = session.begin_nested()
    try:
        yield
    finally:
        savepoint.rollback()
        session.expire_all()


def as_if_never(desk: Desk, changes: list[Said]) -> dict[str, Any]:
    """What there is when things change and nothing is done.

    How many seats a start has and when its slot ends is its hours' business, not the appointment's.
    """
    with a_world():
        change(desk, changes)
        desk.lay_out()
        return everything(hours=False)


@takes_its_time()
@seed(1)
@COURSE
@given(st.lists(ACT, max_size=4), ACT, st.lists(CHANGE, max_size=3))
def test_it_is_as_if_it_had_never_been_done_whatever_was_changed_meanwhile(
    desk, before, act, changes
):
    with a_world():
        for each in before:
            done(desk, each)
        expected = as_if_never(desk, changes)
        with acting_as(desk.clinic.desk):
            if not done(desk, act) or top() is None:
                return
            change(desk, changes)
            session.expire_all()
            undo_newest()
            desk.lay_out()
        assert what_differs(expected, everything(set(expected["visits"]), hours=False)) == []


@takes_its_time()
@seed(2)
@COURSE
@given(st.lists(ACT, min_size=2, max_size=8))
def test_one_after_the_other_is_taken_back_and_each_time_all_is_as_it_was(desk, acts):
    """What changes nothing is not on the stack: taking it back would say what is not so."""
    with a_world(), acting_as(desk.clinic.desk):
        stack = []
        for act in acts:
            before, was = everything(), top()
            if done(desk, act) and top() != was:
                stack.append(before)
                assert what_differs(before, everything()) != []
        for before in reversed(stack):
            undo_newest()
            session.expire_all()
            assert what_differs(before, everything(set(before["visits"]))) == []
        assert top() is None


@takes_its_time()
@seed(3)
@COURSE
@given(ACT, st.lists(ACT, min_size=1, max_size=3))
def test_only_somebody_in_the_time_or_at_the_appointment_stands_in_the_way(desk, act, others):
    with a_world():
        with acting_as(desk.clinic.desk):
            done(desk, act)
            mine = top()
        did = [done(desk, other) for other in others]
        between = everything()
        with acting_as(desk.clinic.desk):
            try:
                with session.begin_nested():
                    undo_newest()
            except (SlotTaken, PatientBusy, ChangedSince, NothingToUndo, NotAllReturn):
                session.expire_all()
                assert what_differs(between, everything()) == []
                assert mine is None or any(did)


def top() -> int | None:
    """What would be taken back next."""
    act = newest_own_act(clock.now())
    return act.id if act else None
