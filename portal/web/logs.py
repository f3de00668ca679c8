"""Logs: one JSON object a line on standard error, made of allow-listed fields only.

A message of the database carries row values ("Failing row contains ..."), so an error is logged
as its type, SQLSTATE, constraint and the places in the code it passed, never as its text.
"""

import logging
import sys
import traceback
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy.exc import DBAPIError

ALLOWED = frozenset(
    {
        "event",
        "level",
        "timestamp",
        "request_id",
        "method",
        "endpoint",
        "status",
        "milliseconds",
        "tenant_id",
        "user_id",
        "attempt",
        "error",
        "sqlstate",
        "constraint",
        "places",
        "check",
        "job",
        "seconds",
        "count",
    }
)
HERE = Path(__file__).resolve().parent.parent.parent

log = structlog.get_logger("portal")


def configure() -> None:
    """Set the process up to log this way."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            only_allowed,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=lambda *_: structlog.WriteLogger(sys.stderr),
        cache_logger_on_first_use=False,
    )


def only_allowed(
    _logger: Any, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Drop every field that is not on the list."""
    return {name: value for name, value in event.items() if name in ALLOWED}


def describe(error: BaseException) -> dict[str, Any]:
    """What may be said about an error: its type, the database's codes, where it passed."""
    facts: dict[str, Any] = {"error": type(error).__name__, "places": _places(error)}
    cause = error.orig if isinstance(error, DBAPIError) else None
    if cause is not None:
        facts["sqlstate"] = getattr(cause, "sqlstate", None)
        facts["constraint"] = getattr(getattr(cause, "diag", None), "constraint_name", None)
    return facts


def log_failure(error: BaseException, **fields: Any) -> None:
    """Log an error without its text."""
    log.error("failed", **describe(error), **fields)


def _places(error: BaseException) -> list[str]:
    """File, line and function of the frames in our own code, innermost last."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if frame.filename.startswith(str(HERE / "portal"))]
    return [f"{Path(f.filename).relative_to(HERE)}:{f.lineno} {f.name}" for f in ours]
