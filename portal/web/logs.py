"""Logs: one JSON object a line on standard error, made of allow-listed fields only.

A message of the database carries row values ("Failing row contains ..."), so an error is logged
as its type, SQLSTATE, constraint and the places in the code it passed, never as its text.
"""

import logging
import sys
import time
import traceback
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

import structlog
from flask import Response, g, has_request_context, request
from sqlalchemy.exc import DBAPIError

from portal.db import state

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
        "try_number",
        "error",
        "sqlstate",
        "constraint",
        "places",
        "check",
        "job",
        "table",
        "column",
        "row_uid",
        "seconds",
        "count",
    }
)
SILENT = frozenset({"static", "healthz", "readyz", "metrics"})
HERE = Path(__file__).resolve().parent.parent.parent

log = structlog.get_logger("portal")


def start_watch() -> None:
    """Before a view: its time begins."""
    g.started = time.perf_counter()


def log_answer(response: Response) -> Response:
    """The endpoint, never the address: what stands in it may be about somebody."""
    if request.endpoint not in SILENT:
        known = state().request_context
        now = time.perf_counter()
        log.info(
            "answered",
            method=request.method,
            endpoint=request.endpoint,
            status=response.status_code,
            milliseconds=round((now - g.get("started", now)) * 1000, 1),
            request_id=request_id(),
            tenant_id=known.tenant_id if known else None,
            user_id=known.user_id if known else None,
        )
    return response


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
    """The parts of an error that may be logged: its type, the database's codes, where it passed."""
    logged: dict[str, Any] = {"error": type(error).__name__, "places": _places(error)}
    cause = error.orig if isinstance(error, DBAPIError) else None
    if cause is not None:
        logged["sqlstate"] = getattr(cause, "sqlstate", None)
        logged["constraint"] = getattr(getattr(cause, "diag", None), "constraint_name", None)
    return logged


def log_failure(error: BaseException, **fields: Any) -> None:
    """Log an error without its text, with the id of the request it happened in."""
    if has_request_context():
        fields["request_id"] = request_id()
    log.error("failed", **describe(error), **fields)


def request_id() -> str | None:
    """The present request's id, which its entries have as well."""
    asker = state().asker
    return asker.id if asker else None


def _places(error: BaseException) -> list[str]:
    """File, line and function of the frames in our own code, innermost last."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if frame.filename.startswith(str(HERE / "portal"))]
    return [f"{Path(f.filename).relative_to(HERE)}:{f.lineno} {f.name}" for f in ours]
