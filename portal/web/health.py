"""/healthz: the process answers. /readyz: what it needs is there, check by check."""

from collections.abc import Callable, Mapping

from flask import Flask, Response, jsonify

from portal.db import session
from portal.web.logs import describe, log

Check = Callable[[], None]


def ready(checks: Mapping[str, Check]) -> tuple[Response, int]:
    """Run every check; 503 names the ones that failed. A failing check raises."""
    results = {name: _holds(name, check) for name, check in checks.items()}
    return jsonify(results), 200 if all(results.values()) else 503


def _holds(name: str, check: Check) -> bool:
    try:
        check()
    except Exception as error:
        session.rollback()
        log.warning("not ready", check=name, **describe(error))
        return False
    return True


def init_app(app: Flask, checks: Mapping[str, Check]) -> None:
    """Add both addresses."""
    app.add_url_rule("/healthz", "healthz", lambda: jsonify(process=True))
    app.add_url_rule("/readyz", "readyz", lambda: ready(checks))
