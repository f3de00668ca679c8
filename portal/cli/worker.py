"""`flask worker`: the background jobs, each when it is due.

When a job last ran is in the database, so that a restart repeats nothing, and of two workers one
does a job.
"""

import signal
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

import click
from flask.cli import with_appcontext
from sqlalchemy import Row, TextClause, text
from sqlalchemy.exc import DBAPIError

from portal.appointments.commands import sweep_holds
from portal.auth.once import forget_submissions
from portal.availability.commands import batches, materialise_doctors
from portal.cli import demo, exports, patients
from portal.cli.audit import seal_log, verify_log
from portal.db import session
from portal.patients.rules.finding import SCHEME
from portal.sheets.commands import expire as expire_uploads
from portal.tenancy.context import as_job, as_worker, enter_job
from portal.web.logs import log, log_failure
from portal.web.metrics import watch_clock

LOOK_EVERY_SECONDS = 15
RETRY_SECONDS = 300
AUDIT_MONTHS_AHEAD = 13

CLAIM = text("""
    INSERT INTO worker_heartbeats AS beat (job, beat_at, seconds) VALUES (:job, now(), 0)
    ON CONFLICT (job) DO UPDATE SET beat_at = now()
    WHERE beat.beat_at <= now() - make_interval(secs => :every)
       OR beat.beat_at > clock_timestamp() + interval '1 minute' -- the clock has gone back
    RETURNING job
""")
AUDIT_PARTITIONS = text("SELECT audit_partitions((now() AT TIME ZONE 'UTC')::date, :months)")
FINISH = text("""
    UPDATE worker_heartbeats
       SET seconds = :seconds, beat_at = beat_at - make_interval(secs => :earlier),
           failed_at = CASE WHEN :failed THEN now() END
     WHERE job = :job
    RETURNING job
""")


class ClinicsFailed(Exception):
    """A job failed for these tenants, and was done for the others."""


@dataclass(frozen=True)
class Job:
    """Work to be done again and again, at least `every` seconds apart."""

    name: str
    every: int
    run: Callable[[], None]


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
        try:
            work(tenant_id)
        except Exception as error:
            session.rollback()
            log_failure(error, tenant_id=tenant_id)
            failed.append(tenant_id)
    if failed:
        raise ClinicsFailed(failed)


def roll_horizon() -> None:
    """Every clinic's slots, as far as its horizon."""
    for_each_clinic(_lay_out)


def _lay_out(tenant_id: int) -> None:
    """A commit after each batch of doctors."""
    with as_job(tenant_id, "slots"):
        for doctor_ids in batches():
            materialise_doctors(doctor_ids)
            session.commit()
            enter_job(tenant_id, "slots")


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
    for_each_clinic(patients.reindex)


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
    Job("audit-verification", 86_400, verify_log),
)
HEARTBEAT = Job("worker", LOOK_EVERY_SECONDS, lambda: None)


@click.command("worker", help="Run the background jobs.")
@click.option("--once", is_flag=True, help="Run what is due and end.")
@with_appcontext
def command(once: bool) -> None:
    """Look for due jobs until told to stop."""
    if once:
        raise SystemExit(0 if _run_what_is_due() else 1)
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    while not stop.is_set():
        _run_what_is_due()
        stop.wait(LOOK_EVERY_SECONDS)


def _run_what_is_due() -> bool:
    """Whether every job that was due succeeded."""
    watch_clock()
    failed = [job.name for job in (HEARTBEAT, *JOBS) if not _run_if_due(job)]
    return not failed


def _run_if_due(job: Job) -> bool:
    """Whether nothing went wrong. A job that failed is due again after a short while."""
    try:
        if _ask(CLAIM, job=job.name, every=job.every) is None:
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


def _active_tenants() -> list[int]:
    with as_worker():
        directory = session.execute(text("SELECT id, status FROM tenant_directory()"))
        return [row.id for row in directory if row.status == "active"]


def _ask(statement: TextClause, **values: Any) -> Row[Any] | None:
    """The first row, of a statement that concerns no tenant."""
    with as_worker():
        return session.execute(statement, values).first()
