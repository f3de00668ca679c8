"""When the machine's clock is set back, jobs go on and a beat in the future is no sign of life."""

import psycopg
import pytest
from flask import Flask

from portal.probes import readiness
from portal.registry.jobs import Job
from portal.worker import loop
from tests.support.databases import Database


@pytest.fixture
def own_app(own_database: Database) -> Flask:
    return own_database.app()


def beats(database: Database, ahead: str) -> None:
    """As if every job had run when the clock was ahead."""
    with psycopg.connect(database.url("worker")) as connection:
        connection.execute("UPDATE worker_heartbeats SET beat_at = now() + %s::interval", [ahead])


def test_a_job_that_ran_in_the_future_is_due(
    own_app: Flask, own_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[str] = []
    monkeypatch.setattr(loop, "jobs", lambda: (Job("seal", 3600, lambda: ran.append("seal")),))
    runner = own_app.test_cli_runner()
    runner.invoke(args=["worker", "--once"])
    beats(own_database, "1 hour")
    runner.invoke(args=["worker", "--once"])
    runner.invoke(args=["worker", "--once"])
    assert ran == ["seal", "seal"]


def test_a_worker_that_beats_in_the_future_is_not_alive(
    own_app: Flask, own_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loop, "jobs", lambda: ())
    own_app.test_cli_runner().invoke(args=["worker", "--once"])
    with own_app.app_context():
        readiness.worker()
    beats(own_database, "1 hour")
    with own_app.app_context(), pytest.raises(RuntimeError):
        readiness.worker()
