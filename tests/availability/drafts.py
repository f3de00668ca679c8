"""Any hours and any exceptions to them, around any change of any zone's clock."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from hypothesis import strategies as st

from tests.availability.model import Change, Rule
from tests.availability.zones import ZONES, change_days

CHANGES = [(zone, day) for zone in ZONES for day in change_days(zone)]
QUARTERS = st.integers(0, 95).map(lambda n: time(n // 4, 15 * (n % 4)))
NIGHT = st.integers(0, 20).map(lambda n: time(n // 4, 15 * (n % 4)))
DAY = timedelta(days=1)


@st.composite
def rules(draw: Any, day: date) -> Rule:
    near = day + draw(st.integers(-2, 2)) * DAY
    start, end = draw(NIGHT | QUARTERS), draw(NIGHT | QUARTERS)
    if end <= start:
        end = time(0)
    closes = 1440 if end == time(0) else end.hour * 60 + end.minute
    window = closes - start.hour * 60 - start.minute
    return Rule(
        near.isoweekday() % 7, start, end,
        draw(st.sampled_from([n for n in (5, 15, 20, 30, 45, 60, 90) if n <= window])),
        draw(st.none() | st.sampled_from([10, 15, 40, 75])),
        draw(st.integers(1, 2)),
        draw(st.sampled_from([0, 0, 1, 2])),
        draw(st.none() | st.sampled_from([day - DAY, day])),
        draw(st.none() | st.sampled_from([day, day + DAY])),
    )  # fmt: skip


@st.composite
def exceptions(draw: Any, day: date, of_rules: list[Rule]) -> Change:
    fives = draw(st.integers(-576, 576))
    start = datetime.combine(day, time(0), UTC) + timedelta(minutes=5 * fives)
    length = draw(st.integers(1, 80).map(lambda n: 5 * n) | st.integers(1, 2000))
    kind = draw(st.sampled_from(["blocked", "emergency", "override", "override"]))
    rule = draw(st.none() | st.sampled_from(of_rules))
    duration = draw(st.sampled_from([20, 30, 55]) if rule is None else st.none() | st.just(25))
    return Change(kind, start, start + timedelta(minutes=length), rule, duration)


@st.composite
def weeks(draw: Any) -> tuple[str, date, list[Rule], list[Change]]:
    """A zone, a day around which its clock changes, and what holds around that day."""
    zone, day = draw(st.sampled_from(CHANGES))
    some_rules = draw(st.lists(rules(day), min_size=1, max_size=3, unique=True))
    return zone, day, some_rules, draw(st.lists(exceptions(day, some_rules), max_size=3))


@st.composite
def histories(draw: Any, day: date, some_rules: list[Rule], changes: list[Change]) -> list[Any]:
    """For each rule and exception all that it ever was, None at the end if it is taken back.

    In the end there is what was asked for and nothing else; those taken back were different.
    """
    ever = []
    for final in some_rules:
        ever.append([*draw(st.lists(rules(day), max_size=2)), final])
    for final in changes:
        ever.append([*draw(st.lists(exceptions(day, [final.rule or some_rules[0]]).map(
            lambda was, final=final: Change(was.kind, was.start, was.end, final.rule, 25)),
            max_size=1)), final])  # fmt: skip
    ever += [[each, None] for each in draw(st.lists(rules(day), max_size=2))]
    gone = st.lists(exceptions(day, some_rules), max_size=2)
    return ever + [[each, None] for each in draw(gone)]
