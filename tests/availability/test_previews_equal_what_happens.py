"""Whatever is changed in whatever clinic, what the preview says is what then happens.

The fault's kind: a preview counted slots, also where no visit fits or the doctor is taken, so that
it promised openings that no board shows. What it says is held to the board before and after.
"""

from datetime import date, datetime, time, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.appointments.queries.day import board
from portal.availability.commands.closing import close_for_days
from portal.availability.commands.exceptions import ExceptionDetails, add_exception
from portal.availability.commands.weekly import RuleDetails, add_rule, change_rule, end_rule
from portal.availability.queries.outlook import outlook
from portal.availability.queries.places import get_place_of
from portal.availability.screens.changes import Scope, changed_by
from portal.errors import DomainError
from portal.scheduling.times import local_date
from portal.web.previews import preview
from tests.support.scheduling import MONDAY, a_practice, book
from tests.support.sizes import sized

CHICAGO = "America/Chicago"

# As many days are compared with the board.
DAYS = 9
RULES = st.tuples(
    st.integers(0, 6), st.integers(6, 18), st.integers(1, 4), st.sampled_from([15, 20, 45])
)
SPANS = st.tuples(st.integers(-5, 60), st.integers(1, 30))
CHANGES = st.one_of(
    st.tuples(st.just("add"), RULES),
    st.tuples(st.just("alter"), RULES),
    st.tuples(st.just("end"), st.integers(-3, 20)),
    st.tuples(st.sampled_from(["blocked", "emergency", "override"]), SPANS),
    st.tuples(st.just("close"), st.integers(0, DAYS - 1)),
)


@settings(
    max_examples=sized(15, 300),
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

    scope = Scope(place.facility_id, place.zone) if wanted[0] == "close" else place
    before, shown = outlook(scope.doctor_id, place.facility_id), on_the_board(scope)
    said, answer = preview(lambda: changed_by(scope, change), confirmation_token=None)
    assert not answer.stays
    assert outlook(scope.doctor_id, place.facility_id) == before
    done, answer = preview(lambda: changed_by(scope, change), confirmation_token=answer.mark)
    after = outlook(scope.doctor_id, place.facility_id)
    assert answer.stays
    assert done == said
    assert len(after.free) == len(before.free) + len(said.gained) - len(said.lost)
    assert after.orphaned - before.orphaned == set(said.outside_hours)
    assert on_the_board(scope) - shown == within_reach(said.gained)
    assert shown - on_the_board(scope) == within_reach(said.lost)


def on_the_board(scope) -> set[datetime]:
    """The openings of the coming days, as the board shows them."""
    days = (board(scope.facility_id, _day(n)) for n in range(DAYS))
    return {
        slot.start_at for day in days for slot in day.slots
        if slot.free and scope.doctor_id in (None, slot.doctor_id)
    }  # fmt: skip


def within_reach(starts) -> set[datetime]:
    return {start for start in starts if local_date(start, CHICAGO) < _day(DAYS)}


def _day(number: int) -> date:
    return MONDAY.date() + timedelta(days=number)


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
    if kind == "close":
        return close_for_days(place.facility_id, place.zone, {_day(wanted): "A holiday"})
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
