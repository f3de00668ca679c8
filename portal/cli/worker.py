"""`flask worker`: the background jobs, each when it is due.

When a job last ran is in the database, so that a restart repeats nothing, and of two workers one
does a job.
"""

import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

import click
from flask import Flask
from flask.cli import ScriptInfo, pass_script_info, with_appcontext
from sqlalchemy import Row, TextClause, text
from sqlalchemy.exc import DBAPIError, OperationalError

from portal.appointments.commands import sweep_holds
from portal.auth.once import forget_submissions
from portal.availability.commands import batches, materialise_doctors
from portal.db import session, state
from portal.patients.rules.finding import SCHEME
from portal.sheets.commands import expire as expire_uploads
from portal.tenancy.context import TookTooLong, as_job, as_worker, enter_job
from portal.web.logs import log, log_failure
from portal.web.metrics import watch_clock
from portal.worker import demo, exports
from portal.worker.log import seal_log, verify_log
from portal.worker.search import reindex

LOOK_EVERY_SECONDS = 15
RETRY_SECONDS = 300
AUDIT_MONTHS_AHEAD = 13
# So long the other clinics wait for one; the next round goes on with it.
SECONDS_A_CLINIC = 60.0
CANCELED = "57014"
# The batch of a clinic's doctors with which the next round begins, where one came to no end.
_begins_with: dict[int, int] = {}

CLAIM = text("""
    INSERT INTO worker_heartbeats AS beat (job, beat_at, seconds, due_by)
    VALUES (:job, now(), 0, now() + make_interval(secs => :within))
    ON CONFLICT (job) DO UPDATE SET beat_at = now(), due_by = EXCLUDED.due_by
    WHERE beat.beat_at <= now() - make_interval(secs => :every)
       OR beat.beat_at > clock_timestamp() + interval '1 minute' -- the clock has gone back
    RETURNING job
""")
AUDIT_PARTITIONS = text("SELECT audit_partitions((now() AT TIME ZONE 'UTC')::date, :months)")
FINISH = text("""
    UPDATE worker_heartbeats
       SET seconds = :seconds, beat_at = beat_at - make_interval(secs => :earlier),
           failed_at = CASE WHEN :failed THEN now() END, due_by = NULL
     WHERE job = :job
    RETURNING job
""")
# What a worker before this one was at is no more at work.
FORGET_ROUNDS = text("UPDATE worker_heartbeats SET due_by = NULL WHERE due_by IS NOT NULL")


class ClinicsFailed(Exception):
    """A job failed for these tenants, and was done for the others."""


@dataclass(frozen=True)
class Job:
    """Work to be done again and again, at least `every` seconds apart, each `within` seconds."""

    name: str
    every: int
    run: Callable[[], None]
    within: int = 900


def make_audit_partitions() -> None:
    """The audit log's months, a year ahead."""
    _ask(AUDIT_PARTITIONS, months=AUDIT_MONTHS_AHEAD)


def for_each_clinic(work: Callable[[int], None]) -> None:
    """Do it for every active tenant: what fails for one is logged and keeps nobody else waiting.

    Raises:
        ClinicsFailed: at the end, when it failed for some.
    """
    failed = []
    for tenant_id in _active_tenants():
        state().works_until = time.monotonic() + SECONDS_A_CLINIC
        try:
            work(tenant_id)
        except Exception as error:
            session.rollback()
            log_failure(error, tenant_id=tenant_id)
            failed.append(tenant_id)
        finally:
            state().works_until = None
    if failed:
        raise ClinicsFailed(failed)


def roll_horizon() -> None:
    """Every clinic's slots, as far as its horizon."""
    for_each_clinic(_lay_out)


def _lay_out(tenant_id: int) -> None:
    """A commit after each batch of doctors. Raises TookTooLong, of some or of all together."""
    slow = []
    with as_job(tenant_id, "slots"):
        for doctor_ids in _batches_due(tenant_id):
            slow += _lay_out_some(tenant_id, doctor_ids)
    if slow:
        raise TookTooLong(slow)


def _batches_due(tenant_id: int) -> Iterator[Sequence[int]]:
    """All of them, those first to which the round before did not come."""
    due = list(enumerate(batches(), 1))
    begin = _begins_with.get(tenant_id, 0)
    for after, doctor_ids in due[begin:] + due[:begin]:
        _begins_with[tenant_id] = after % len(due)
        yield doctor_ids
    _begins_with.pop(tenant_id, None)


def _lay_out_some(tenant_id: int, doctor_ids: Sequence[int]) -> list[int]:
    """Who of them took too long: where all together did, each is tried alone."""
    try:
        materialise_doctors(doctor_ids)
        session.commit()
    except OperationalError as error:
        if getattr(error.orig, "sqlstate", None) != CANCELED:
            raise
        session.rollback()
        enter_job(tenant_id, "slots")
        if len(doctor_ids) == 1:
            return list(doctor_ids)
        return [one for each in doctor_ids for one in _lay_out_some(tenant_id, [each])]
    enter_job(tenant_id, "slots")
    return []


def sweep_expired_holds() -> None:
    """Every clinic's holds that nobody's booking has swept away yet."""
    for_each_clinic(_as_job("slots", sweep_holds))


def forget_uploads() -> None:
    """Every clinic's files that nobody came back for."""
    for_each_clinic(_as_job("uploads", expire_uploads))


def forget_forms() -> None:
    """Every clinic's forms that were sent days ago."""
    for_each_clinic(_as_job("forms", forget_submissions))


def _as_job(name: str, act: Callable[[], object]) -> Callable[[int], None]:
    def work(tenant_id: int) -> None:
        with as_job(tenant_id, name):
            act()

    return work


def reindex_patients() -> None:
    """Find every clinic's patients by the keys that are used now."""
    for_each_clinic(reindex)


def make_exports() -> None:
    """What staff asked to take away as a file, clinic by clinic, for some seconds."""
    for_each_clinic(partial(exports.work_off, ends=time.monotonic() + exports.SECONDS_AT_ONCE))


JOBS = (
    Job("audit-partitions", 86_400, make_audit_partitions),
    # More than daily, because midnight comes at another hour in each time zone.
    Job("slots", 3_600, roll_horizon),
    # Each minute: the fourth look after the last.
    Job("holds", 50, sweep_expired_holds),
    Job("uploads", 3_600, forget_uploads),
    Job("forms", 3_600, forget_forms),
    # A scheme of its own is a job of its own: due at once where it was never run.
    Job(f"patient-search-{SCHEME}", 3_600, reindex_patients),
    Job("audit-seals", 50, seal_log),
    Job("exports", 10, make_exports),
    Job("demo", 10, demo.look_after),
    # All of the log, however long it is.
    Job("audit-verification", 86_400, verify_log, within=21_600),
)
HEARTBEAT = Job("worker", LOOK_EVERY_SECONDS, lambda: None)


@click.command("worker", help="Run the background jobs.")
@click.option("--once", is_flag=True, help="Run what is due and end.")
@pass_script_info
@with_appcontext
def command(info: ScriptInfo, once: bool) -> None:
    """Look for due jobs until told to stop."""
    if once:
        raise SystemExit(0 if _run_what_is_due() else 1)
    _forget_rounds()
    stop = threading.Event()
    beat_beside(info.load_app(), stop)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    while not stop.is_set():
        _run_what_is_due()
        stop.wait(LOOK_EVERY_SECONDS)


def beat_beside(app: Flask, stop: threading.Event) -> threading.Thread:
    """Say that the worker is there, however long the job it is at takes.

    That a job comes to an end, its `due_by` tells.
    """

    def beat() -> None:
        while not stop.is_set():
            with app.app_context():
                _run_if_due(HEARTBEAT)
            stop.wait(LOOK_EVERY_SECONDS)

    thread = threading.Thread(target=beat, daemon=True)
    thread.start()
    return thread


def _run_what_is_due() -> bool:
    """Whether every job that was due succeeded."""
    watch_clock()
    failed = [job.name for job in (HEARTBEAT, *JOBS) if not _run_if_due(job)]
    return not failed


def _run_if_due(job: Job) -> bool:
    """Whether nothing went wrong. A job that failed is due again after a short while."""
    try:
        if _ask(CLAIM, job=job.name, every=job.every, within=job.within) is None:
            return True
        started = time.monotonic()
        job.run()
        _finish(job, time.monotonic() - started)
    except Exception as error:
        session.rollback()
        log_failure(error, job=job.name)
        _retry_soon(job)
        return False
    return True


def _finish(job: Job, seconds: float) -> None:
    _ask(FINISH, job=job.name, seconds=seconds, earlier=0, failed=False)
    if job is not HEARTBEAT:
        log.info("job done", job=job.name, seconds=round(seconds, 3))


def _retry_soon(job: Job) -> None:
    with suppress(DBAPIError):  # the database may be what failed; the next look will tell
        earlier = max(job.every - RETRY_SECONDS, 0)
        _ask(FINISH, job=job.name, seconds=0, earlier=earlier, failed=True)


def _forget_rounds() -> None:
    with suppress(DBAPIError), as_worker():  # the database may come later; each round says its own
        session.execute(FORGET_ROUNDS)


def _active_tenants() -> list[int]:
    with as_worker():
        directory = session.execute(text("SELECT id, status FROM tenant_directory()"))
        return [row.id for row in directory if row.status == "active"]


def _ask(statement: TextClause, **values: Any) -> Row[Any] | None:
    """The first row, of a statement that concerns no tenant."""
    with as_worker():
        return session.execute(statement, values).first()
