"""Recent refusals of the audit log or the disk: asked first, so that nobody waits in vain.

A request that waited for a locked log waited for seconds. While that may last, those after it ask
whether the log is open, which takes a moment, before they do anything.
"""

import time
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from portal.db import session
from portal.web.errors import Unavailable

LOCKED, FULL = "55P03", "53100"
# The disk is looked at by what is written to it: so long its last refusal counts.
FULL_SECONDS = 30
OPEN = text("SELECT audit_open()")


@dataclass
class _Process:
    locked: bool = False
    full_at: float | None = None


_known = _Process()


def noted(error: BaseException) -> None:
    """Remember what the database refused, if it was the log's lock or the disk."""
    cause = error.orig if isinstance(error, DBAPIError) else None
    state = getattr(cause, "sqlstate", None)
    if state == LOCKED:
        _known.locked = True
    if state == FULL:
        _known.full_at = time.monotonic()


def ask_if_doubtful() -> None:
    """Where somebody waited for the log in vain, ask whether it is open now.

    Raises:
        Unavailable: it is not.
    """
    if not _known.locked:
        return
    try:
        log_is_open()
    except SQLAlchemyError as error:
        session.rollback()
        raise Unavailable from error
    session.rollback()
    _known.locked = False


def log_is_open() -> None:
    """For /readyz: the log takes entries; an error says that it does not."""
    session.execute(OPEN)


def disk_has_room() -> None:
    """For /readyz: nothing was refused for want of room lately."""
    if _known.full_at is not None and time.monotonic() - _known.full_at < FULL_SECONDS:
        raise RuntimeError("the disk is full")
