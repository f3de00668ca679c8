import inspect
from dataclasses import replace

import psycopg
import pytest
from flask import Flask
from sqlalchemy import text

from portal.cli import worker
from portal.db import session
from tests.support.databases import Database


@pytest.fixture
def jobs(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the jobs that ran, of one that works and one that fails."""
    ran: list[str] = []

    def fail() -> None:
        ran.append("fails")
        raise RuntimeError

    works = worker.Job("works", 3600, lambda: ran.append("works"))
    monkeypatch.setattr(worker, "JOBS", (works, worker.Job("fails", 3600, fail)))
    return ran


@pytest.fixture
def own_app(own_database: Database) -> Flask:
    return own_database.app()


def once(app: Flask) -> int:
    return app.test_cli_runner().invoke(args=["worker", "--once"]).exit_code


def earlier(database: Database, seconds: int) -> None:
    """Let time pass, as the database sees it."""
    query = "UPDATE worker_heartbeats SET beat_at = beat_at - make_interval(secs => %s)"
    with psycopg.connect(database.url("worker")) as connection:
        connection.execute(query, [seconds])


def test_a_job_runs_when_it_is_due(own_app: Flask, own_database: Database, jobs: list[str]) -> None:
    once(own_app)
    once(own_app)
    assert jobs.count("works") == 1
    earlier(own_database, 3600)
    once(own_app)
    assert jobs.count("works") == 2


def test_a_failed_job_says_so_and_is_tried_again_soon(
    own_app: Flask, own_database: Database, jobs: list[str]
) -> None:
    assert once(own_app) == 1
    earlier(own_database, worker.RETRY_SECONDS)
    assert once(own_app) == 1
    assert jobs == ["works", "fails", "fails"]


def test_the_real_jobs_run_on_an_empty_portal(own_app: Flask, own_database: Database) -> None:
    assert once(own_app) == 0
    with psycopg.connect(own_database.url("app")) as connection:
        beats = connection.execute("SELECT job FROM worker_heartbeats").fetchall()
    assert {name for (name,) in beats} == {"worker", *(job.name for job in worker.JOBS)}


def test_what_fails_for_one_clinic_is_done_for_the_others(alder, birch) -> None:
    """The kind: a job over all clinics that ends at the first one whose data it cannot bear."""
    done: list[int] = []

    def work(tenant_id: int) -> None:
        if tenant_id == alder.id:
            session.execute(text("SELECT 1 / 0"))
        done.append(tenant_id)

    with pytest.raises(worker.ClinicsFailed) as failed:
        worker.for_each_clinic(work)
    assert failed.value.args == ([alder.id],)
    assert done == [birch.id]


def test_every_job_over_clinics_goes_through_one_place() -> None:
    """Nothing else in the worker goes through the clinics."""
    source = inspect.getsource(worker)
    assert source.count("_active_tenants()") == 2  # where it is made, and where it is asked


def test_a_job_that_failed_is_told_until_it_succeeds(
    own_app: Flask, own_database: Database, jobs: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    once(own_app)
    assert failing(own_database) == {"worker": False, "works": False, "fails": True}
    earlier(own_database, 3600)
    monkeypatch.setattr(worker, "JOBS", (worker.JOBS[0], replace(worker.JOBS[1], run=int)))
    once(own_app)
    assert failing(own_database) == {"worker": False, "works": False, "fails": False}


def failing(database: Database) -> dict[str, bool]:
    with psycopg.connect(database.url("app")) as connection:
        return dict(connection.execute("SELECT job, failed_at IS NOT NULL FROM worker_heartbeats"))
