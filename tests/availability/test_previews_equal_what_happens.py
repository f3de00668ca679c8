"""Whatever is changed in whatever clinic, what the preview says is what then happens."""

from datetime import time, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.availability.commands import (
    ExceptionDetails,
    RuleDetails,
    add_exception,
    add_rule,
    change_rule,
    end_rule,
)
from portal.availability.queries import get_place_of, outlook
from portal.availability.screens.changes import changed_by
from portal.refusals import DomainError
from portal.web.previews import tried
from tests.support.scheduling import MONDAY, a_practice, book

RULES = st.tuples(
    st.integers(0, 6), st.integers(6, 18), st.integers(1, 4), st.sampled_from([15, 20, 45])
)
SPANS = st.tuples(st.integers(-5, 60), st.integers(1, 30))
CHANGES = st.one_of(
    st.tuples(st.just("add"), RULES),
    st.tuples(st.just("alter"), RULES),
    st.tuples(st.just("end"), st.integers(-3, 20)),
    st.tuples(st.sampled_from(["blocked", "emergency", "override"]), SPANS),
)


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    rules=st.lists(RULES, min_size=1, max_size=3),
    booked=st.lists(st.integers(0, 200), max_size=3),
    wanted=CHANGES,
)
def test_the_preview_is_what_happens(clinic, rules, booked, wanted):
    practice = a_practice(clinic.facility_id)
    place = get_place_of(practice.doctor.id, clinic.facility_id)
    made = [add_rule(_rule(place, *rule)) for rule in rules]
    _book_some(practice, place, booked)

    def change() -> object:
        return _change(place, made[0], *wanted)

    before = outlook(place.doctor_id, place.facility_id)
    said, answer = tried(lambda: changed_by(place, change), seen=None)
    assert not answer.stays
    assert outlook(place.doctor_id, place.facility_id) == before
    done, answer = tried(lambda: changed_by(place, change), seen=answer.mark)
    after = outlook(place.doctor_id, place.facility_id)
    assert answer.stays
    assert done == said
    assert len(after.free) == len(before.free) + len(said.gained) - len(said.lost)
    assert after.orphaned - before.orphaned == set(said.outside)


def _book_some(practice, place, booked: list[int]) -> None:
    starts = sorted(outlook(place.doctor_id, place.facility_id).free)
    for number in booked:
        try:
            book(practice, start_at=starts[number % len(starts)][0])
        except (DomainError, ZeroDivisionError):
            continue  # no start, taken, or too short a session for this visit


def _rule(place, day: int, start: int, length: int, minutes: int) -> RuleDetails:
    return RuleDetails(
        place.doctor_id, place.facility_id, day, time(start), time(start + length), minutes
    )


def _change(place, rule, kind: str, wanted):
    if kind == "add":
        return add_rule(_rule(place, *wanted))
    if kind == "alter":
        return change_rule(rule, _rule(place, *wanted))
    if kind == "end":
        return end_rule(rule, MONDAY.date() + timedelta(days=wanted))
    start, length = (timedelta(hours=each) for each in wanted)
    span = MONDAY + start, MONDAY + start + length
    minutes = 30 if kind == "override" else None
    return add_exception(
        ExceptionDetails(
            place.doctor_id, place.facility_id, *span, kind, slot_duration_minutes=minutes
        )
    )
