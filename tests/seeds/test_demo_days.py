"""A demonstration is a day that can be, whenever it is loaded and opened again.

The kind of fault: what stands in the diary and what the clock says do not agree. At seven in the
morning visits of nine were completed, and patients waited since before the doors opened.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from portal import clock
from portal.cli.lookup import tenant_named
from portal.config import ConfigError, load
from portal.db import session
from portal.demo_clock import DemoClock, first_day
from portal.tenancy.context import as_job
from tests.support.client import Browser
from tests.support.databases import clone
from tests.support.people import Person
from tests.support.sizes import sized

CHICAGO = ZoneInfo("America/Chicago")
LATE_ON_SATURDAY = datetime(2026, 11, 28, 23, 50, tzinfo=CHICAGO)
MONDAY = datetime(2026, 11, 30, 10, 20, tzinfo=CHICAGO)
THURSDAY = datetime(2026, 12, 3, 10, 20, tzinfo=CHICAGO)
START = datetime(2026, 1, 1, tzinfo=UTC)
INSTANTS = st.integers(0, 24 * 730).map(lambda hours: START + timedelta(hours=hours))
HOURS = st.integers(1, 24 * 40).map(lambda hours: timedelta(hours=hours))
# What no clock would allow. A visit that has ended waits for nothing, ten minutes late at most.
IMPOSSIBLE = """
SELECT id, status, start_at FROM appointments
 WHERE greatest(checked_in_at, started_at, finished_at) > :now
    OR (status IN ('completed', 'in_progress') AND start_at > :now + interval '20 minutes')
    OR (status = 'no_show' AND start_at > :now)
    OR (status IN ('checked_in', 'in_progress')
        AND coalesce(started_at, checked_in_at) < :now - interval '2 hours')
    OR (status = 'scheduled' AND end_at < :now - interval '10 minutes')
"""
PRESENT = """
SELECT count(*) FROM appointments WHERE status IN ('checked_in', 'in_progress')
"""
KNOWN = """
SELECT count(*) FILTER (WHERE EXISTS (
    SELECT FROM appointments b WHERE b.patient_id = a.patient_id AND b.status = 'completed'
       AND b.start_at < a.start_at))::float / count(*)
  FROM appointments a WHERE a.start_at > :now - interval '10 hours'
"""
WRITTEN = "SELECT count(*) FROM user_action_audit_log WHERE actor = 'job:demo'"


@pytest.mark.parametrize(
    "loaded_at",
    ["2026-11-28 23:50", "2026-11-29 03:00", "2026-11-30 10:00", "2026-11-30 23:59"],
)
def test_it_is_twenty_past_ten_on_a_working_day_when_it_is_loaded(loaded_at: str) -> None:
    real = datetime.fromisoformat(loaded_at).replace(tzinfo=CHICAGO)
    assert first_day(real).says(real) == MONDAY
    assert first_day(real).says(real + timedelta(hours=3)) == MONDAY + timedelta(hours=3)


@given(INSTANTS, HOURS, HOURS)
def test_each_new_day_is_a_later_working_day_and_waits(
    loaded_at: datetime, opened_after: timedelta, seen_after: timedelta
) -> None:
    day = first_day(loaded_at)
    assert not day.is_over(loaded_at)
    real = loaded_at + opened_after
    following = day.following(real)
    local = following.begins.astimezone(CHICAGO)
    assert (local.hour, local.minute) == (10, 20)
    assert local.weekday() < 5
    assert local.date() >= real.astimezone(CHICAGO).date()
    assert following.begins > day.begins
    assert following.says(real + seen_after) == following.begins
    assert not following.is_over(real)


@pytest.fixture(scope="module")
def at() -> Iterator[Callable[[datetime], None]]:
    """Set the real time."""
    with pytest.MonkeyPatch.context() as patch:
        yield lambda instant: patch.setattr(clock, "machine_time", lambda: instant)


@pytest.fixture(scope="module")
def app(server, at, tmp_path_factory) -> Iterator[Flask]:
    """Loaded late on a Saturday, a few days around today."""
    with clone(server, "demo_days") as database:
        app = database.app(instance=tmp_path_factory.mktemp("days"))
        at(LATE_ON_SATURDAY)
        run(app, "demo", "load", "--patients", sized("260", "260", ci="120"), "--days", "3")
        yield app
        clock.follow(None)


def run(app: Flask, *words: str) -> None:
    done = app.test_cli_runner().invoke(args=words)
    assert done.exit_code == 0, done.output


def ask(app: Flask, query: str) -> list:
    """What both clinics answer."""
    answers = []
    for slug in ("lakeside", "northgate"):
        with app.app_context(), as_job(tenant_named(slug), "tests"):
            answers += session.execute(text(query), {"now": clock.now()}).all()
    return answers


def test_statuses_agree_with_the_clock_and_most_patients_have_been_here(app: Flask) -> None:
    assert clock.now() == MONDAY
    assert ask(app, IMPOSSIBLE) == []
    assert all(row[0] > 0 for row in ask(app, PRESENT))
    assert all(row[0] > 0.5 for row in ask(app, KNOWN))


def test_a_day_is_not_made_again(app: Flask, at: Callable[[datetime], None]) -> None:
    before = ask(app, WRITTEN)
    at(LATE_ON_SATURDAY + timedelta(hours=2))
    run(app, "demo", "day")
    assert ask(app, WRITTEN) == before


def test_opened_on_another_day_it_is_a_full_morning_again(
    app: Flask, at: Callable[[datetime], None]
) -> None:
    before = ask(app, WRITTEN)
    at(THURSDAY - timedelta(hours=9))
    run(app, "demo", "day")
    assert clock.now() == THURSDAY
    assert ask(app, IMPOSSIBLE) == []
    assert all(row[0] > 0 for row in ask(app, PRESENT))
    written = ask(app, WRITTEN)
    assert written > before
    run(app, "demo", "day")
    assert ask(app, WRITTEN) == written
    run(app, "invariants")


def test_a_day_that_the_worker_made_waits_for_somebody_to_come(tmp_path, at) -> None:
    demo = DemoClock(tmp_path)
    demo.set(first_day(LATE_ON_SATURDAY).following(THURSDAY))
    assert demo.says(THURSDAY + timedelta(hours=5)) == THURSDAY
    demo.open(THURSDAY + timedelta(hours=5))
    assert demo.says(THURSDAY + timedelta(hours=6)) == THURSDAY + timedelta(hours=1)


def test_production_refuses_a_demonstrations_clock(tmp_path) -> None:
    DemoClock(tmp_path).set(first_day(MONDAY))
    with pytest.raises(ConfigError, match="clock of its own"):
        load({"PORTAL_ENV": "production", "PORTAL_INSTANCE": str(tmp_path)})


def test_its_banner_says_what_its_clock_says(app: Flask, at: Callable[[datetime], None]) -> None:
    at(THURSDAY - timedelta(hours=9))
    run(app, "demo", "day")
    email, password = "owner@lakeside.example", "lakeside-demo-2026"
    owner = Person("lakeside", email, "owner", 0, password)
    page = Browser(app).sign_in(owner).get("/patients/").text
    assert "here it is 10:20" in page
    assert "on Thursday, December 3, 2026" in page


def test_a_fixed_instant_is_stronger_and_proofs_keep_the_real_time(tmp_path, at) -> None:
    demo = DemoClock(tmp_path)
    demo.set(first_day(LATE_ON_SATURDAY))
    at(LATE_ON_SATURDAY)
    clock.follow(demo.says)
    try:
        assert (clock.now(), clock.real()) == (MONDAY, LATE_ON_SATURDAY)
        with clock.at(THURSDAY):
            assert not clock.runs_apart()
    finally:
        clock.follow(None)
