"""SQL and Python turn a local time into the same instant: the one RFC 5545 means."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from portal.scheduling.times import day_span, instant, is_clock_change_day
from tests.availability.zones import ZONES, transitions
from tests.support.sizes import sized

CONVERT = text("""
    SELECT local_instant(CAST(wanted.day AS date), CAST(wanted.clock AS time), wanted.zone)
      FROM unnest(CAST(:days AS text[]), CAST(:clocks AS text[]), CAST(:zones AS text[]))
           WITH ORDINALITY AS wanted (day, clock, zone, n)
     ORDER BY wanted.n
""")


@pytest.mark.parametrize(
    ("day", "clock", "zone", "utc"),
    [
        ("2026-03-08", "02:30", "America/New_York", "2026-03-08T07:30"),  # a gap: read as 03:30
        ("2026-11-01", "01:30", "America/New_York", "2026-11-01T05:30"),  # twice: the first
        ("2026-10-04", "02:15", "Australia/Lord_Howe", "2026-10-03T15:45"),  # half an hour's gap
        ("2026-04-05", "01:45", "Australia/Lord_Howe", "2026-04-04T14:45"),  # half an hour's fold
        ("2026-03-08", "00:00", "America/Havana", "2026-03-08T05:00"),  # no midnight
        ("2026-11-01", "00:30", "America/Havana", "2026-11-01T04:30"),  # midnight twice
        ("2026-03-29", "01:30", "Antarctica/Troll", "2026-03-29T01:30"),  # two hours' gap
        ("2026-10-25", "01:30", "Antarctica/Troll", "2026-10-24T23:30"),  # two hours' fold
        ("2026-07-01", "09:00", "Asia/Kolkata", "2026-07-01T03:30"),
    ],
)
def test_a_local_time_is_the_instant_that_the_rfc_means(session, day, clock, zone, utc):
    expected = datetime.fromisoformat(utc).replace(tzinfo=UTC)
    when = (date.fromisoformat(day), time.fromisoformat(clock))
    assert instant(*when, zone) == expected
    assert _in_sql(session, [(*when, zone)]) == [expected]


@pytest.mark.database
def test_sql_and_python_agree_around_every_transition(session):
    times = [
        case for zone in ZONES for moment in transitions(zone) for case in _around(moment, zone)
    ]
    assert len(times) > 30_000
    assert _in_sql(session, times) == [instant(*case) for case in times]


@settings(
    max_examples=sized(100, 5_000),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    times=st.lists(
        st.tuples(
            st.dates(date(2024, 1, 1), date(2035, 12, 31)),
            st.times().map(lambda clock: clock.replace(microsecond=0)),
            st.sampled_from(ZONES),
        ),
        min_size=1,
        max_size=50,
    )
)
def test_sql_and_python_agree_on_any_time(session, times):
    assert _in_sql(session, times) == [instant(*case) for case in times]


def test_days_on_which_the_clock_changes_are_shorter_or_longer():
    assert day_span(date(2026, 3, 8), "America/Chicago").minutes == 23 * 60
    assert day_span(date(2026, 11, 1), "America/Chicago").minutes == 25 * 60
    assert day_span(date(2026, 10, 4), "Australia/Lord_Howe").minutes == 23 * 60 + 30
    assert is_clock_change_day(date(2026, 3, 8), "America/Havana")
    assert not is_clock_change_day(date(2026, 3, 8), "America/Phoenix")


def _in_sql(session, times) -> list[datetime]:
    days, clocks, zones = ([str(case[n]) for case in times] for n in range(3))
    rows = session.execute(CONVERT, {"days": days, "clocks": clocks, "zones": zones})
    return [row.local_instant for row in rows]


def _around(moment: datetime, zone: str) -> Iterator[tuple[date, time, str]]:
    """Quarters of an hour of wall time within four hours of a transition, and a minute more."""
    wall = moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    for quarter in range(-16, 17):
        for minute in (0, 1):
            near = wall + timedelta(minutes=15 * quarter + minute)
            yield near.date(), near.time(), zone
