"""The machine's clock is set forward or back: each process says so once, in its log and counted."""

from datetime import UTC, datetime, timedelta

import pytest
from structlog.testing import capture_logs

from portal import clock
from portal.web import metrics
from portal.worker import loop
from tests.support.client import Browser

NOON = datetime(2026, 11, 29, 12, tzinfo=UTC)


class Machine:
    """Its clock, and the time that counts on whatever the clock is set to."""

    def __init__(self) -> None:
        self.shows, self.counts = NOON, timedelta(hours=3)

    def passes(self, minutes: float, clock_set_by: float = 0) -> None:
        self.counts += timedelta(minutes=minutes)
        self.shows += timedelta(minutes=minutes, seconds=clock_set_by)


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Machine:
    made = Machine()
    monkeypatch.setattr(clock, "machine_time", lambda: made.shows)
    monkeypatch.setattr(clock, "counted_on", lambda: made.counts)
    monkeypatch.setattr(clock._process, "last_reading", None)
    clock.stepped()
    return made


@pytest.mark.parametrize("seconds", [3600, 6, -6, -3600, -86_400])
def test_a_step_is_said_once(machine: Machine, seconds: int) -> None:
    machine.passes(10, clock_set_by=seconds)
    counted = metrics.CLOCK_STEPS._value.get()
    with capture_logs() as said:
        metrics.watch_clock()
        machine.passes(10)
        metrics.watch_clock()
    assert [(each["log_level"], each["seconds"]) for each in said] == [("warning", seconds)]
    assert metrics.CLOCK_STEPS._value.get() == counted + 1


@pytest.mark.parametrize(("minutes", "gained"), [(0.25, 4), (0.25, -4), (12 * 60, 40)])
def test_a_clock_that_is_held_to_the_right_time_is_not_set(
    machine: Machine, minutes: float, gained: float
) -> None:
    machine.passes(minutes, clock_set_by=gained)
    assert clock.stepped() == timedelta()


def test_whoever_asks_for_a_page_has_it_noticed(machine: Machine, browser: Browser) -> None:
    counted = metrics.CLOCK_STEPS._value.get()
    machine.passes(1, clock_set_by=120)
    browser.get("/healthz")
    assert metrics.CLOCK_STEPS._value.get() == counted + 1


def test_the_worker_notices_at_its_next_look(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loop, "jobs", lambda: ())
    monkeypatch.setattr(loop, "_run_if_due", lambda _job: True)
    machine.passes(1, clock_set_by=-120)
    with capture_logs() as said:
        loop.run_what_is_due()
    assert [each["seconds"] for each in said] == [-120]
