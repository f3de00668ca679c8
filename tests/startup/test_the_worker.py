from dataclasses import replace
from threading import Event

import psycopg
import pytest
from flask import Flask
from sqlalchemy import text

from portal.availability import jobs as slots
from portal.config import ROOT
from portal.db import session
from portal.registry.jobs import Job
from portal.tenancy import clinics, context
from portal.tenancy.context import as_job, enter_job
from portal.worker import loop
from tests.support.databases import Database
from tests.support.people import found


@pytest.fixture
def jobs(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the jobs that ran, of one that works and one that fails."""
    ran: list[str] = []

    def fail() -> None:
        ran.append("fails")
        raise RuntimeError

    works = Job("works", 3600, lambda: ran.append("works"))
    monkeypatch.setattr(loop, "jobs", lambda: (works, Job("fails", 3600, fail)))
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
    earlier(own_database, loop.RETRY_SECONDS)
    assert once(own_app) == 1
    assert jobs == ["works", "fails", "fails"]


def test_the_real_jobs_run_on_an_empty_portal(own_app: Flask, own_database: Database) -> None:
    assert once(own_app) == 0
    with psycopg.connect(own_database.url("app")) as connection:
        beats = connection.execute("SELECT job FROM worker_heartbeats").fetchall()
    with own_app.app_context():
        known = {job.name for job in loop.jobs()}
    assert {name for (name,) in beats} == {"worker", *known}


def test_what_fails_for_one_clinic_is_done_for_the_others(alder, birch) -> None:
    """The kind: a job over all clinics that ends at the first one whose data it cannot bear."""
    done: list[int] = []

    def work(tenant_id: int) -> None:
        if tenant_id == alder.id:
            session.execute(text("SELECT 1 / 0"))
        done.append(tenant_id)

    with pytest.raises(clinics.ClinicsFailed) as failed:
        clinics.for_each_clinic(work)
    assert failed.value.args == ([alder.id],)
    assert done == [birch.id]


def test_every_job_over_clinics_goes_through_one_place() -> None:
    """Nothing else goes through the clinics that are at work."""
    source = "".join(file.read_text() for file in (ROOT / "portal").rglob("*.py"))
    assert source.count("_active_tenants()") == 2  # where it is made, and where it is asked


def test_a_job_that_failed_is_told_until_it_succeeds(
    own_app: Flask, own_database: Database, jobs: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    once(own_app)
    assert failing(own_database) == {"worker": False, "works": False, "fails": True}
    earlier(own_database, 3600)
    works, fails = loop.jobs()
    monkeypatch.setattr(loop, "jobs", lambda: (works, replace(fails, run=int)))
    once(own_app)
    assert failing(own_database) == {"worker": False, "works": False, "fails": False}


def failing(database: Database) -> dict[str, bool]:
    with psycopg.connect(database.url("app")) as connection:
        return dict(connection.execute("SELECT job, failed_at IS NOT NULL FROM worker_heartbeats"))


def test_what_takes_too_long_for_one_clinic_keeps_no_other_waiting(alder, birch, monkeypatch):
    """The kind: one statement, of which one clinic decides how long it takes."""
    monkeypatch.setattr(context, "SECONDS_A_STATEMENT", 0.3)
    done: list[int] = []

    def work(tenant_id: int) -> None:
        with as_job(tenant_id, "tests"):
            if tenant_id == alder.id:
                session.execute(text("SELECT pg_sleep(600)"))
            done.append(tenant_id)

    with pytest.raises(clinics.ClinicsFailed) as failed:
        clinics.for_each_clinic(work)
    assert (failed.value.args, done) == (([alder.id],), [birch.id])


def test_a_lock_of_one_clinic_keeps_no_other_waiting(own_database, monkeypatch):
    monkeypatch.setattr(context, "SECONDS_A_LOCK", 0.3)
    with own_database.app().app_context(), own_database.connect("admin") as other:
        alder, birch = found("alder", "UTC"), found("birch", "UTC")
        other.execute("UPDATE facilities SET name = 'X' WHERE id = %s", [alder.facility_id])

        def work(tenant_id: int) -> None:
            with as_job(tenant_id, "tests"):
                session.execute(text("UPDATE facilities SET name = name"))
            done.append(tenant_id)

        done: list[int] = []
        with pytest.raises(clinics.ClinicsFailed):
            clinics.for_each_clinic(work)
        assert done == [birch.id]


def test_a_clinic_has_its_time_and_not_more(alder, birch, monkeypatch):
    """However many statements and transactions its work is made of."""
    monkeypatch.setattr(clinics, "SECONDS_A_CLINIC", 0.5)
    done: list[int] = []

    def work(tenant_id: int) -> None:
        with as_job(tenant_id, "tests"):
            while tenant_id == alder.id:
                session.commit()
                enter_job(tenant_id, "tests")
            done.append(tenant_id)

    with pytest.raises(clinics.ClinicsFailed):
        clinics.for_each_clinic(work)
    assert done == [birch.id]


@pytest.fixture
def laid_out(monkeypatch, alder) -> list[int]:
    """Doctors as they are laid out, of three batches; the fifth is beyond all patience."""
    done: list[int] = []

    def lay_out(doctor_ids):
        if 5 in doctor_ids:
            session.execute(text("SELECT pg_sleep(600)"))
        done.extend(doctor_ids)

    monkeypatch.setattr(clinics, "_active_tenants", lambda: [alder.id])
    monkeypatch.setattr(slots, "batches", lambda: iter([[1, 2], [4, 5, 6], [7, 8]]))
    monkeypatch.setattr(slots, "materialise_doctors", lay_out)
    monkeypatch.setattr(slots, "_begins_with", {})
    return done


def test_of_the_doctors_who_take_too_long_together_each_is_tried_alone(monkeypatch, laid_out):
    monkeypatch.setattr(context, "SECONDS_A_STATEMENT", 0.3)
    with pytest.raises(clinics.ClinicsFailed):
        clinics.for_each_clinic(slots.lay_out)
    assert laid_out == [1, 2, 4, 6, 7, 8]


def test_the_next_round_begins_where_the_time_was_over(monkeypatch, laid_out):
    monkeypatch.setattr(clinics, "SECONDS_A_CLINIC", 1.5)
    for _ in range(2):
        with pytest.raises(clinics.ClinicsFailed):
            clinics.for_each_clinic(slots.lay_out)
    assert laid_out == [1, 2, 7, 8, 1, 2]


def test_a_job_that_is_at_work_for_too_long_is_told(
    own_app: Flask, own_database: Database, monkeypatch
) -> None:
    """The kind: a worker that waits fails nothing, and so is told by nothing."""
    told: list[bool] = []

    def late() -> None:
        query = "UPDATE worker_heartbeats SET due_by = due_by - interval '1 hour'"
        with psycopg.connect(own_database.url("admin")) as connection:
            told.append(readiness_of(own_app))
            connection.execute(query)
            connection.commit()
            told.append(readiness_of(own_app))

    monkeypatch.setattr(loop, "jobs", lambda: (Job("waits", 3600, late),))
    assert once(own_app) == 0
    assert [*told, readiness_of(own_app)] == [True, False, True]


def readiness_of(app: Flask) -> bool:
    return app.test_client().get("/readyz").json["jobs"]


def test_the_worker_is_heard_of_however_long_a_job_takes(
    own_app: Flask, own_database: Database, monkeypatch
) -> None:
    """The kind: one that is at work for long is told as one that is gone."""
    monkeypatch.setattr(loop, "LOOK_EVERY_SECONDS", 0.01)
    monkeypatch.setattr(loop, "HEARTBEAT", Job("worker", 0, lambda: None))
    said, stop = "SELECT beat_at FROM worker_heartbeats WHERE job = 'worker'", Event()
    beating = loop.beat_beside(own_app, stop)
    with psycopg.connect(own_database.url("admin"), autocommit=True) as connection:
        beats = set()
        while len(beats) < 3:
            beats.update(connection.execute(said).fetchall())
    stop.set()
    beating.join()


def test_a_worker_that_starts_is_not_blamed_for_one_that_was_killed(
    own_app: Flask, own_database: Database
) -> None:
    killed = (
        "INSERT INTO worker_heartbeats VALUES ('killed', now(), 0, NULL, now() - interval '1 h')"
    )
    with psycopg.connect(own_database.url("admin")) as connection:
        connection.execute(killed)
    assert not readiness_of(own_app)
    with own_app.app_context():
        loop.forget_rounds()
    assert readiness_of(own_app)
