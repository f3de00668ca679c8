"""Why there is no slot: each day of a week says so, without application or database."""

from datetime import date, datetime, time

import pytest

from portal.availability.queries.outlook import WeekSlot
from portal.availability.screens.week import WeekDay, WeekFacts, monday_of, week_of
from portal.scheduling.times import instant
from portal.schema.availability import AvailabilityException, AvailabilityRule

CHICAGO = "America/Chicago"
MONDAY = date(2026, 3, 2)


def at(day: int, hhmm: str) -> datetime:
    return instant(date(2026, 3, day), time.fromisoformat(hhmm), CHICAGO)


def rule(start: str = "08:00", end: str = "10:00", *, day: int = 1, **more) -> AvailabilityRule:
    return AvailabilityRule(
        id=more.pop("id", 1), day_of_week=day, start_time=time.fromisoformat(start),
        end_time=time.fromisoformat(end), **({"slot_duration_minutes": 30} | more),
    )  # fmt: skip


def away(start: str, end: str, kind: str = "blocked", **more) -> AvailabilityException:
    return AvailabilityException(type=kind, start_at=at(2, start), end_at=at(2, end), **more)


def monday(*rules, exceptions=(), slots=(), first: date = MONDAY) -> WeekDay:
    return week_of(first, WeekFacts(CHICAGO, rules, exceptions, slots), at(2, "07:00"))[0]


def codes(day: WeekDay) -> list[str]:
    return [gap.code for gap in day.gaps]


def test_a_day_without_rules_says_so():
    assert codes(monday(rule(day=2))) == ["no_rule"]


def test_a_session_that_its_slots_fill_has_no_gap():
    assert codes(monday(rule())) == []


@pytest.mark.parametrize(
    ("end", "more", "left"),
    [
        ("10:10", {}, ["rest"]),
        ("08:20", {}, ["rest"]),
        ("09:15", {"slot_interval_minutes": 15}, []),
        ("09:20", {"slot_interval_minutes": 15}, ["rest"]),
    ],
)
def test_what_is_left_at_the_end_is_too_short_for_a_slot(end, more, left):
    assert codes(monday(rule(end=end, **more))) == left


def test_validity_is_a_reason():
    assert codes(monday(rule(valid_from=date(2026, 3, 3)))) == ["not_yet"]
    assert codes(monday(rule(valid_to=date(2026, 3, 1)))) == ["over"]


def test_the_pause_between_two_sessions_is_named_with_its_times():
    [gap] = monday(rule(), rule("13:00", "15:00")).gaps
    assert gap.code == "between"
    assert gap.params == {"from": at(2, "10:00"), "until": at(2, "13:00")}


def test_an_absence_is_named_with_its_reason_and_cut_at_midnight():
    gone = AvailabilityException(
        type="emergency", start_at=at(1, "20:00"), end_at=at(2, "09:00"), reason="Called away"
    )
    [gap] = monday(rule(), exceptions=[gone]).gaps
    assert gap.code == "emergency"
    assert gap.params == {
        "from": at(2, "00:00"), "until": at(2, "09:00"), "reason": "Called away",
    }  # fmt: skip


def test_changed_hours_replace_all_rules_or_the_one_they_name():
    both = rule(id=1), rule("13:00", "15:00", id=2)
    changed = away("10:00", "11:00", "override", slot_duration_minutes=30)
    assert codes(monday(*both, exceptions=[changed])) == ["replaced", "replaced", "override"]
    changed.availability_rule_id = 1
    named = codes(monday(*both, exceptions=[changed]))
    assert named == ["replaced", "override", "between"]


def test_days_on_which_the_clocks_change_are_marked():
    week = week_of(MONDAY, WeekFacts(CHICAGO, [], [], []), at(2, "07:00"))
    assert [day.hours for day in week] == [None] * 6 + [23]


def test_a_session_that_the_clock_change_swallows_says_so():
    night = rule("02:00", "03:00", day=0)
    week = week_of(MONDAY, WeekFacts(CHICAGO, [night], [], []), at(2, "07:00"))
    assert codes(week[6]) == ["clock"]


@pytest.mark.parametrize(
    ("action", "status", "booked", "standing"),
    [
        ("kept", "open", 0, "free"),
        ("kept", "booked", 1, "taken"),
        ("kept", "reserved", 0, "held"),
        ("added", None, 0, "later"),
        ("orphaned", "booked", 1, "outside"),
        ("gone", "booked", 1, "outside"),
    ],
)
def test_a_slot_says_how_it_stands(action, status, booked, standing):
    slot = WeekSlot(
        at(2, "08:00"), at(2, "08:30"), action, status, booked, 1, at(2, "09:00"), False
    )
    [shown] = monday(rule(), slots=[slot]).slots
    assert shown.status == standing


def test_a_free_start_that_has_passed_is_no_start():
    slot = WeekSlot(at(2, "06:00"), at(2, "06:30"), "kept", "open", 0, 1, None, False)
    assert monday(slots=[slot]).slots[0].status == "passed"


def test_a_free_start_within_another_visit_is_covered():
    slot = WeekSlot(at(2, "08:15"), at(2, "08:30"), "kept", "open", 0, 1, None, True)
    assert monday(slots=[slot]).slots[0].status == "covered"


def test_a_week_begins_on_monday():
    assert monday_of(date(2026, 3, 8)) == MONDAY
    assert monday_of(MONDAY) == MONDAY
