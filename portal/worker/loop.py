"""Looking for jobs that are due.

When a job last ran is in the database, so that a restart repeats nothing, and of two workers one
does a job.
"""

import threading
import time
from contextlib import suppress
from typing import Any

from flask import Flask
from sqlalchemy import Row, TextClause, text
from sqlalchemy.exc import DBAPIError

from portal.db import session
from portal.registry.jobs import Job
from portal.tenancy.context import as_worker
from portal.web.logs import log, log_failure
from portal.web.metrics import watch_clock
from portal.worker.jobs import jobs

LOOK_EVERY_SECONDS = 15
RETRY_SECONDS = 300
HEARTBEAT = Job("worker", LOOK_EVERY_SECONDS, lambda: None)
CLAIM = text("""
    INSERT INTO worker_heartbeats AS beat (job, beat_at, seconds, due_by)
    VALUES (:job, now(), 0, now() + make_interval(secs => :within))
    ON CONFLICT (job) DO UPDATE SET beat_at = now(), due_by = EXCLUDED.due_by
    WHERE beat.beat_at <= now() - make_interval(secs => :every)
       OR beat.beat_at > clock_timestamp() + interval '1 minute' -- the clock has gone back
    RETURNING job
""")
FINISH = text("""
    UPDATE worker_heartbeats
       SET seconds = :seconds, beat_at = beat_at - make_interval(secs => :earlier),
           failed_at = CASE WHEN :failed THEN now() END, due_by = NULL
     WHERE job = :job
    RETURNING job
""")
FORGET_ROUNDS = text("UPDATE worker_heartbeats SET due_by = NULL WHERE due_by IS NOT NULL")


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


def run_what_is_due() -> bool:
    """Whether every job that was due succeeded."""
    watch_clock()
    failed = [job.name for job in (HEARTBEAT, *jobs()) if not _run_if_due(job)]
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


def forget_rounds() -> None:
    """Forget the rounds of a worker before this one: they are no more at work."""
    with suppress(DBAPIError), as_worker():  # the database may come later; each round says its own
        session.execute(FORGET_ROUNDS)


def _ask(statement: TextClause, **values: Any) -> Row[Any] | None:
    """The first row, of a statement that concerns no tenant."""
    with as_worker():
        return session.execute(statement, values).first()
