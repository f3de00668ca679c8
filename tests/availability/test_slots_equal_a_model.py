"""Over clock changes, overlaps and exceptions in any order: the SQL's slots are the model's."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text

from portal import clock
from portal.availability.commands.exceptions import (
    ExceptionDetails,
    add_exception,
    change_exception,
    remove_exception,
)
from portal.availability.commands.materialise import materialise
from portal.availability.commands.weekly import RuleDetails, add_rule, change_rule, end_rule
from portal.db import session, state
from portal.scheduling.times import instant
from portal.schema.availability import (
    AvailabilityException,
    AvailabilityRule,
    AvailabilitySlot,
)
from portal.schema.facilities import Facility
from portal.tenancy.context import request_context
from tests.availability import drafts
from tests.availability.model import Change, Clock, Rule, Slot, expected
from tests.availability.zones import ZONES, change_days, transitions
from tests.support.scheduling import Practice, a_service, an_offering
from tests.support.sizes import patient, sized

SHARED = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
STAMPS = text("SELECT id, xmin::text, ctid::text FROM availability_slots ORDER BY id")
DAY = timedelta(days=1)
# For every weekday: a whole day, one that ends with it, and a night's.
EVERY_DAY = [
    rule
    for weekday in range(7)
    for rule in (
        Rule(weekday, time(0), time(0), 30, None, 1),
        Rule(weekday, time(22, 30), time(0), 20, 35, 1, offering=1),
        Rule(weekday, time(0, 15), time(4, 45), 25, 40, 3, offering=2),
    )
]


class Place(NamedTuple):
    """A doctor at a facility, and the offerings that a rule may be for (the first is any)."""

    practice: Practice
    offering_ids: tuple[int | None, ...]

    @property
    def ids(self) -> dict[str, int]:
        return {
            "doctor_id": self.practice.doctor.id, "facility_id": self.practice.facility_id
        }  # fmt: skip

    def materialise(self, days: list[date]) -> bool:
        """Whether anything changed."""
        return materialise(*self.ids.values(), days[0], days[-1]).changed


@pytest.fixture
def place(practice: Practice) -> Place:
    other = an_offering(a_service(), practice.doctor, practice.facility_id)
    return Place(practice, (None, practice.offering.id, other.id))


@cache
def clock_around(zone: str, day: date) -> Clock:
    return Clock(zone, day)


@contextmanager
def in_zone(place: Place, zone: str) -> Iterator[None]:
    """As if the facility were there; what is done inside is undone."""
    with session.begin_nested() as undone:
        session.get_one(
            Facility, (request_context().tenant_id, place.practice.facility_id)
        ).timezone = zone
        session.flush()
        yield
        undone.rollback()


@patient()
@settings(max_examples=sized(150, 6_000, ci=60), deadline=None, suppress_health_check=SHARED)
@given(week=drafts.weeks(), shuffle=st.randoms(use_true_random=False))
def test_slots_are_the_models(place, week, shuffle):
    zone, day, some_rules, some_exceptions = week
    days = around(day)
    with in_zone(place, zone):
        add_all(place, days, some_rules, some_exceptions, shuffle)
        wanted = expected(clock_around(zone, day), days, some_rules, some_exceptions)
        assert open_slots(place) == wanted
        check_settled(place, days)


@patient()
@pytest.mark.parametrize("zone", ZONES)
def test_slots_are_the_models_around_every_transition(place, zone):
    moments = transitions(zone) or (instant(date(2026, 6, 1), time(2), zone),)
    with in_zone(place, zone):
        kept = {rule: AvailabilityRule(**saved_rule(place, rule)) for rule in EVERY_DAY}
        session.add_all(kept.values())
        session.flush()
        days_of = list(zip(moments, change_days(zone), strict=True))
        for moment, day in days_of[:: sized(1, 1, ci=3)]:
            changes, days = changes_at(moment, day), around(day)
            for each in changes:
                session.add(AvailabilityException(**saved_exception(place, each, kept)))
            session.flush()
            place.materialise(days)
            wanted = expected(Clock(zone, day, days=4), days, EVERY_DAY, changes)
            assert open_slots(place, days, zone) == wanted, day
            check_settled(place, days)


@patient()
@settings(max_examples=sized(60, 2_000, ci=30), deadline=None, suppress_health_check=SHARED)
@given(week=drafts.weeks(), data=st.data(), shuffle=st.randoms(use_true_random=False))
def test_any_order_of_edits_ends_in_the_same_slots(place, week, data, shuffle):
    zone, day, some_rules, some_exceptions = week
    days = around(day)
    ever = data.draw(drafts.histories(day, some_rules, some_exceptions))
    with in_zone(place, zone), today_is(days[0], zone, horizon=2):
        edit_all(place, ever, shuffle)
        wanted = expected(clock_around(zone, day), days, some_rules, some_exceptions)
        assert open_slots(place) == wanted
        check_settled(place, days)


@pytest.mark.parametrize(
    ("day", "starts"),
    [(date(2026, 3, 8), 8), (date(2026, 11, 1), 12), (date(2026, 3, 15), 10)],
)
def test_a_window_across_a_clock_change_loses_or_gains_an_hour_of_slots(place, day, starts):
    rule = Rule(0, time(0), time(5), 30, None, 1)
    session.add(AvailabilityRule(**saved_rule(place, rule)))
    session.flush()
    assert materialise(*place.ids.values(), day, day).added == starts


def around(day: date) -> list[date]:
    return [day - DAY, day, day + DAY]


def changes_at(moment: datetime, day: date) -> list[Change]:
    """A block, changed hours and an emergency, each with the transition inside or near."""

    def minutes(start: int, end: int) -> tuple[datetime, datetime]:
        return moment + timedelta(minutes=start), moment + timedelta(minutes=end)

    _whole, late, early = (r for r in EVERY_DAY if r.day_of_week == day.isoweekday() % 7)
    return [
        Change("blocked", *minutes(190, 235), None, None),
        Change("override", *minutes(-30, 120), early, None),
        Change("emergency", *minutes(-600, 600), late, None),
    ]


@contextmanager
def today_is(day: date, zone: str, horizon: int) -> Iterator[None]:
    """As if it were that day, and slots were made for so many days after it."""
    before = request_context()
    state().request_context = replace(before, settings={"horizon_days": horizon})
    with clock.at(instant(day, time(12), zone)):
        yield
    state().request_context = before


def check_settled(place: Place, days: list[date]) -> None:
    """Doing it again touches no row."""
    before = session.execute(STAMPS).all()
    assert not place.materialise(days)
    assert session.execute(STAMPS).all() == before


def add_all(place, days, some_rules, some_exceptions, shuffle) -> None:
    """Add the rules, then the exceptions in some order, the slots following at some points."""
    kept = {rule: AvailabilityRule(**saved_rule(place, rule)) for rule in some_rules}
    session.add_all(kept.values())
    session.flush()
    shuffle.shuffle(some_exceptions)
    for each in some_exceptions:
        if shuffle.random() < 0.5:
            place.materialise(days)
        session.add(AvailabilityException(**saved_exception(place, each, kept)))
        session.flush()
    place.materialise(days)


def edit_all(place, ever, shuffle) -> None:
    """Do what each history says, by the commands of the staff, the histories in any order."""
    left = [list(history) for history in ever]
    rows = [None for _ in ever]
    kept: dict[Rule, AvailabilityRule] = {}
    while any(left):
        n = shuffle.choice([n for n, history in enumerate(left) if _may_go_on(history, kept)])
        to = left[n].pop(0)
        rows[n] = _edit(place, rows[n], to, kept)
        if isinstance(to, Rule) and not left[n]:
            kept[to] = rows[n]


def _may_go_on(history, kept) -> bool:
    """An exception can name a rule once that is as it will be."""
    return bool(history) and (getattr(history[0], "rule", None) in (None, *kept))


def _edit(place, row, to, kept):
    if to is None:
        return end_rule(row) if isinstance(row, AvailabilityRule) else remove_exception(row)
    if isinstance(to, Rule):
        details = RuleDetails(**saved_rule(place, to))
        return add_rule(details) if row is None else (change_rule(row, details), row)[1]
    details = ExceptionDetails(**saved_exception(place, to, kept))
    return add_exception(details) if row is None else change_exception(row, details)


def saved_rule(place: Place, rule: Rule) -> dict[str, object]:
    return place.ids | {
        "day_of_week": rule.day_of_week, "start_time": rule.start, "end_time": rule.end,
        "slot_duration_minutes": rule.duration, "slot_interval_minutes": rule.interval,
        "capacity": rule.capacity, "service_offering_id": place.offering_ids[rule.offering],
        "valid_from": rule.valid_from, "valid_to": rule.valid_to,
    }  # fmt: skip


def saved_exception(place: Place, each: Change, kept) -> dict[str, object]:
    return place.ids | {
        "start_at": each.start, "end_at": each.end, "type": each.kind,
        "slot_duration_minutes": each.duration,
        "availability_rule_id": kept[each.rule].id if each.rule else None,
    }  # fmt: skip


def open_slots(place: Place, days: list[date] | None = None, zone: str = "UTC") -> set[Slot]:
    slot = AvailabilitySlot
    columns = (slot.service_offering_id, slot.start_at, slot.end_at, slot.capacity)
    asked = select(*columns).filter_by(**place.ids, status="open")
    if days is not None:
        opens, closes = (instant(day, time(0), zone) for day in (days[0], days[-1] + DAY))
        asked = asked.where(slot.start_at >= opens, slot.start_at < closes)
    offering = place.offering_ids.index
    return {(offering(of), *rest) for of, *rest in session.execute(asked)}
