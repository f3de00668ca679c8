"""Whoever is ill and whatever is free: no two visits are proposed what only one can have."""

from datetime import UTC, datetime, timedelta
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from portal.absences.rules import (
    CANCEL,
    LEAVE,
    AffectedAppointment,
    Decision,
    Proposal,
    propose,
    rank,
    settled,
)
from portal.scheduling.times import Span

NINE = datetime(2026, 3, 2, 15, tzinfo=UTC)
KIND = (1, None, 30)


def minutes(number: int) -> timedelta:
    return timedelta(minutes=number)


@st.composite
def visits(draw) -> list[AffectedAppointment]:
    quarters = draw(st.lists(st.integers(0, 30), min_size=1, max_size=8))
    return [
        AffectedAppointment(
            number, draw(st.integers(1, 3)), 1, 1, 1, 1, None, number,
            NINE + minutes(15 * quarter), NINE + minutes(15 * quarter + 30),
        )
        for number, quarter in enumerate(sorted(quarters), start=1)
    ]  # fmt: skip


@st.composite
def starts(draw) -> list[Proposal]:
    """Single and group slots of three doctors at two facilities, with buffers that overlap."""
    found = []
    places = st.tuples(st.integers(1, 3), st.integers(1, 2), st.integers(0, 60))
    for number, (doctor, facility, quarter) in enumerate(draw(st.lists(places, max_size=25))):
        at = NINE + minutes(15 * quarter)
        found.append(
            Proposal(
                100 + number, doctor, doctor, facility, at, at + minutes(30), at, at + minutes(40),
                draw(st.integers(1, 2)), "UTC",
            )
        )  # fmt: skip
    return found


def clash(
    one: tuple[AffectedAppointment, Proposal], other: tuple[AffectedAppointment, Proposal]
) -> bool:
    """Whether a patient or a doctor would be in two places; a group slot is one place."""
    (visit, start), (another, second) = one, other
    spans = Span(start.start_at, start.end_at), Span(second.start_at, second.end_at)
    patients = visit.patient_id == another.patient_id and spans[0].touches(spans[1])
    doctors = start.doctor_id == second.doctor_id and start.busy.touches(second.busy)
    return patients or (doctors and start.slot_id != second.slot_id)


@given(of=visits(), free=starts())
def test_whatever_is_chosen_of_each_all_of_it_can_be_done(of, free):
    found = propose(of, {KIND: free}, chosen={}, other_visits={})
    given_out = [(visit, start) for visit in of for start in found[visit.id]]
    for one, other in combinations(given_out, 2):
        if one[0].id != other[0].id:
            assert not clash(one, other)
    for start in free:
        assert sum(start in found[visit.id] for visit in of) <= start.seats


@given(of=visits(), free=starts())
def test_the_best_comes_first_and_nobody_has_two_before_all_had_a_chance(of, free):
    found = propose(of, {KIND: free}, chosen={}, other_visits={})
    for visit in of:
        assert found[visit.id] == sorted(found[visit.id], key=lambda each, v=visit: rank(v, each))
    empty = [visit for visit in of if not found[visit.id]]
    for visit in empty:  # every start it could have is needed for somebody's only or first one
        alone = propose([visit], {KIND: free}, chosen={}, other_visits={})[visit.id]
        firsts = [(v, s) for v in of for s in found[v.id][:]]
        for start in alone:
            full = sum(start.slot_id == s.slot_id for _v, s in firsts) >= start.seats
            assert full or any(clash((visit, start), each) for each in firsts)


@given(of=visits(), free=starts())
def test_a_patient_is_not_sent_where_something_else_is_booked(of, free):
    busy = Span(NINE, NINE + minutes(240))
    found = propose(of, {KIND: free}, chosen={}, other_visits={1: [busy]})
    for visit in of:
        for start in found[visit.id]:
            there = Span(start.start_at, start.end_at)
            assert visit.patient_id != 1 or not busy.touches(there)


@given(of=visits(), free=starts(), data=st.data())
def test_what_was_chosen_stays_with_its_visit(of, free, data):
    before = propose(of, {KIND: free}, chosen={}, other_visits={})
    chosen = {}
    for visit in of:
        moves = [Decision("move", *each.key) for each in before[visit.id]]
        chosen[visit.id] = data.draw(st.sampled_from([*moves, LEAVE, CANCEL]))
    after = propose(of, {KIND: free}, chosen=chosen, other_visits={})
    assert settled(of, after, chosen) == chosen


def test_a_start_that_is_gone_leaves_the_visit_to_decide():
    [visit] = [AffectedAppointment(1, 1, 1, 1, 1, 1, None, 1, NINE, NINE + minutes(30))]
    gone = {1: Decision("move", 7, 7)}
    assert settled([visit], {1: []}, gone) == {1: LEAVE}
    assert settled([visit], {1: []}, {}) == {1: LEAVE}


def start(number: int, doctor: int, at: datetime, specialty: str | None = None) -> Proposal:
    """A start of one doctor at the only facility."""
    later = at + minutes(30)
    return Proposal(number, number, doctor, 1, at, later, at, later, 1, "UTC", specialty)


def test_who_saw_the_patient_last_comes_first_then_a_doctor_of_the_same_kind():
    """The kind of fault: whoever is free first is proposed, a bone doctor for a flu."""
    visit = AffectedAppointment(
        1, 1, 1, 1, 1, 1, None, 1, NINE, NINE + minutes(30), "scheduled", "family medicine", 4
    )
    bones = start(101, 2, NINE, "orthopedics")
    alike = start(102, 3, NINE + minutes(60), "family medicine")
    known = start(103, 4, NINE + minutes(120), "dermatology")
    own = start(104, 1, NINE + minutes(1_440), "family medicine")
    found = propose([visit], {KIND: [bones, alike, known, own]}, chosen={}, other_visits={})
    assert [each.doctor_id for each in found[1]] == [4, 3, 1]


def test_nobody_who_is_here_is_sent_away_unless_somebody_says_so():
    """The kind of fault: an act on many treats who sits in the waiting room as if at home."""
    [visit] = [
        AffectedAppointment(1, 1, 1, 1, 1, 1, None, 1, NINE, NINE + minutes(30), "checked_in")
    ]
    free = start(101, 2, NINE)
    assert settled([visit], {1: [free]}, {}) == {1: LEAVE}
    chosen = {1: Decision("move", 101, 101)}
    assert settled([visit], {1: [free]}, chosen) == chosen
