"""Over clock changes, overlaps and exceptions in any order: the SQL's slots are the model's."""

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text

from portal.availability.commands import materialise
from portal.availability.models import (
    AvailabilityException,
    AvailabilityRule,
    AvailabilitySlot,
)
from portal.db import session
from portal.facilities.models import Facility
from tests.availability.model import Change, Clock, Rule, expected
from tests.support.scheduling import a_doctor

# A zone, and a day on which its clock changes (or never does).
CHANGES = [
    ("America/New_York", date(2026, 3, 8)),
    ("America/New_York", date(2026, 11, 1)),
    ("Europe/London", date(2026, 3, 29)),
    ("Australia/Lord_Howe", date(2026, 10, 4)),
    ("Australia/Lord_Howe", date(2026, 4, 5)),
    ("America/Havana", date(2026, 3, 8)),
    ("America/Havana", date(2026, 11, 1)),
    ("Africa/Cairo", date(2026, 4, 24)),
    ("Africa/Cairo", date(2026, 10, 29)),
    ("Antarctica/Troll", date(2026, 3, 29)),
    ("Antarctica/Troll", date(2026, 10, 25)),
    ("Asia/Kolkata", date(2026, 6, 1)),
    ("America/Nuuk", date(2026, 3, 28)),
    ("America/Santiago", date(2026, 4, 4)),
    ("Asia/Beirut", date(2026, 3, 29)),
    ("Atlantic/Azores", date(2026, 10, 25)),
]
QUARTERS = st.integers(0, 95).map(lambda n: time(n // 4, 15 * (n % 4)))
NIGHT = st.integers(0, 20).map(lambda n: time(n // 4, 15 * (n % 4)))


@st.composite
def rules(draw: Any, day: date) -> Rule:
    near = day + timedelta(days=draw(st.integers(-2, 2)))
    start, end = draw(NIGHT | QUARTERS), draw(NIGHT | QUARTERS)
    if end <= start:
        end = time(0)
    duration = draw(st.sampled_from([5, 15, 20, 30, 45, 60, 90]))
    interval = draw(st.none() | st.sampled_from([10, 15, 40, 75]))
    return Rule(near.isoweekday() % 7, start, end, duration, interval, draw(st.integers(1, 2)))


@st.composite
def exceptions(draw: Any, day: date, of_rules: list[Rule]) -> Change:
    start = datetime.combine(day, time(0), UTC) + timedelta(
        minutes=5 * draw(st.integers(-576, 576))
    )
    end = start + timedelta(
        minutes=draw(st.integers(1, 80).map(lambda n: 5 * n) | st.integers(1, 2000))
    )
    kind = draw(st.sampled_from(["blocked", "emergency", "override", "override"]))
    rule = draw(st.none() | st.sampled_from(of_rules))
    duration = draw(st.sampled_from([20, 30, 55]) if rule is None else st.none() | st.just(25))
    return Change(kind, start, end, rule, duration)


@st.composite
def weeks(draw: Any) -> tuple[str, date, list[Rule], list[Change]]:
    zone, day = draw(st.sampled_from(CHANGES))
    some_rules = draw(st.lists(rules(day), min_size=1, max_size=3, unique=True))
    some_exceptions = draw(st.lists(exceptions(day, some_rules), max_size=3))
    return zone, day, some_rules, some_exceptions


@cache
def clock_around(zone: str, day: date) -> Clock:
    return Clock(zone, day, days=6)


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(week=weeks(), shuffle=st.randoms(use_true_random=False))
def test_slots_are_the_models_whatever_the_order_of_edits(clinic, week, shuffle):
    zone, day, some_rules, some_exceptions = week
    days = [day + timedelta(days=n) for n in (-1, 0, 1)]
    facility = session.get_one(Facility, (clinic.id, clinic.facility_id))
    with session.begin_nested() as undone:
        facility.timezone = zone
        doctor = a_doctor(facility.id)
        _edit(doctor.id, facility.id, days, some_rules, some_exceptions, shuffle)
        made = _open_slots(doctor.id)
        assert made == expected(clock_around(zone, day), days, some_rules, some_exceptions)
        stamps = text("SELECT id, xmin::text, ctid::text FROM availability_slots ORDER BY id")
        before = session.execute(stamps).all()
        assert not materialise(doctor.id, facility.id, days[0], days[-1]).changed
        assert session.execute(stamps).all() == before
        undone.rollback()


def _edit(doctor_id, facility_id, days, some_rules, some_exceptions, shuffle) -> None:
    """Add the rules, then the exceptions in some order, the slots following at some points."""
    kept: dict[Rule, AvailabilityRule] = {}
    for rule in some_rules:
        kept[rule] = _rule(rule, doctor_id, facility_id)
        session.add(kept[rule])
    session.flush()
    shuffle.shuffle(some_exceptions)
    for each in some_exceptions:
        if shuffle.random() < 0.5:
            materialise(doctor_id, facility_id, days[0], days[-1])
        session.add(_exception(each, doctor_id, facility_id, kept))
        session.flush()
    materialise(doctor_id, facility_id, days[0], days[-1])


def _rule(rule: Rule, doctor_id: int, facility_id: int) -> AvailabilityRule:
    return AvailabilityRule(
        doctor_id=doctor_id, facility_id=facility_id, day_of_week=rule.day_of_week,
        start_time=rule.start, end_time=rule.end, slot_duration_minutes=rule.duration,
        slot_interval_minutes=rule.interval, capacity=rule.capacity,
    )  # fmt: skip


def _exception(each, doctor_id, facility_id, kept) -> AvailabilityException:
    return AvailabilityException(
        doctor_id=doctor_id, facility_id=facility_id, start_at=each.start, end_at=each.end,
        type=each.kind, slot_duration_minutes=each.duration,
        availability_rule_id=kept[each.rule].id if each.rule else None,
    )  # fmt: skip


def _open_slots(doctor_id: int) -> set[tuple[datetime, datetime, int]]:
    slot = AvailabilitySlot
    rows = session.execute(
        select(slot.start_at, slot.end_at, slot.capacity).where(
            slot.doctor_id == doctor_id, slot.status == "open"
        )
    )
    return {(row.start_at, row.end_at, row.capacity) for row in rows}


@pytest.mark.parametrize(
    ("day", "starts"),
    [(date(2026, 3, 8), 8), (date(2026, 11, 1), 12), (date(2026, 3, 15), 10)],
)
def test_a_window_across_a_clock_change_loses_or_gains_an_hour_of_slots(clinic, day, starts):
    doctor = a_doctor(clinic.facility_id)
    rule = Rule(0, time(0), time(5), 30, None, 1)
    session.add(_rule(rule, doctor.id, clinic.facility_id))
    session.flush()
    assert materialise(doctor.id, clinic.facility_id, day, day).added == starts
