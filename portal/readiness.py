"""What /readyz asks: whether the portal could work for somebody right now."""

from datetime import timedelta

from sqlalchemy import func, select, text

from portal.audit import trouble
from portal.db import session
from portal.settings import KEPT, require
from portal.startup import current_revisions, newest_revisions, require_key
from portal.tenancy.models import WorkerHeartbeat

BEATS_WITHIN = timedelta(minutes=2)
# A beat that is further ahead was made before the clock went back.
AHEAD = timedelta(minutes=1)


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


def worker() -> None:
    """The background jobs run: the database's clock judges, as it stamped the beat."""
    worker, ahead = WorkerHeartbeat.job == "worker", func.now() + AHEAD
    recent = WorkerHeartbeat.beat_at.between(func.now() - BEATS_WITHIN, ahead)
    if not session.scalar(select(recent).where(worker)):
        raise RuntimeError("the worker has not been heard of, or beats in the future")


CHECKS = {
    "database": database,
    "migrations": migrations,
    "keys": keys,
    "settings": settings_given,
    "worker": worker,
    "log": trouble.log_is_open,
    "disk": trouble.disk_has_room,
}
