"""Checks of /readyz: whether the portal could work for somebody right now."""

import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

import psycopg
import structlog
from flask import Flask, current_app
from sqlalchemy import func, select, text

from portal.audit import trouble
from portal.db import session
from portal.settings import KEPT, require
from portal.startup import current_revisions, newest_revisions, require_key
from portal.tenancy.models import WorkerHeartbeat

BEATS_WITHIN = timedelta(minutes=2)
# A beat that is further ahead was made before the clock went back.
AHEAD = timedelta(minutes=1)
# So often at most a process tries to log in; where it was refused, sooner.
SECONDS_BETWEEN_LOGINS = 60.0
SECONDS_AFTER_A_REFUSAL = 5.0

log = structlog.get_logger()


@dataclass
class Login:
    """The outcome of this process's last try to log in to the database."""

    tried_at: float | None = None
    refused: bool = False

    def is_due(self) -> bool:
        """Whether to try again."""
        wait = SECONDS_AFTER_A_REFUSAL if self.refused else SECONDS_BETWEEN_LOGINS
        return self.tried_at is None or time.monotonic() - self.tried_at >= wait

    def again(self) -> None:
        """Try with a line of its own, which is closed at once."""
        self.tried_at, self.refused = time.monotonic(), True
        fresh = session.connection().engine.pool.recreate()
        with suppress(psycopg.Error):
            fresh.connect().close()
            self.refused = False
        fresh.dispose()


def database() -> None:
    """The database answers."""
    session.execute(text("SELECT 1"))


def migrations() -> None:
    """It is migrated to this version of the code."""
    if current_revisions(session.connection()) != newest_revisions():
        raise RuntimeError("not migrated to this version")


def keys() -> None:
    """It knows this process's key."""
    require_key(session.connection())


def settings_given() -> None:
    """The role has the settings that it was given; a new connection is refused otherwise."""
    role, kept = session.execute(text(KEPT)).one()
    require(role, kept)


def login() -> None:
    """The role can log in: it may change its own password, and lines that there are go on."""
    known: Login = current_app.extensions["portal_login"]
    if known.is_due():
        known.again()
    if known.refused:
        log.error("a new connection to the database is refused: run `flask database prepare`")
        raise RuntimeError("the database lets this role not log in")


def worker() -> None:
    """The background jobs run: the database's clock judges, as it stamped the beat."""
    worker, ahead = WorkerHeartbeat.job == "worker", func.now() + AHEAD
    recent = WorkerHeartbeat.beat_at.between(func.now() - BEATS_WITHIN, ahead)
    if not session.scalar(select(recent).where(worker)):
        raise RuntimeError("the worker has not been heard of, or beats in the future")


def jobs() -> None:
    """None of them is at work for longer than it should be: waits, or works for one clinic only."""
    late = func.extract("epoch", func.now() - WorkerHeartbeat.due_by)
    statement = select(WorkerHeartbeat.job, late).where(WorkerHeartbeat.due_by < func.now())
    oldest = session.execute(statement.order_by(WorkerHeartbeat.due_by)).first()
    if oldest is not None:
        log.error("a job should be done", job=oldest[0], seconds=round(float(oldest[1])))
        raise RuntimeError("a background job is at work for too long")


CHECKS = {
    "database": database,
    "migrations": migrations,
    "keys": keys,
    "settings": settings_given,
    "login": login,
    "worker": worker,
    "jobs": jobs,
    "log": trouble.log_is_open,
    "disk": trouble.disk_has_room,
}


def init_app(app: Flask) -> None:
    """Let a process remember its tries to log in."""
    app.extensions["portal_login"] = Login()
