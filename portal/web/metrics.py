"""/metrics for Prometheus: how many requests, how long they took, and what the database counts.

Labels are names of the program's own (endpoints, jobs), never an address or anything typed, so
that their number is bounded and they are about nobody.
"""

import hmac
import os
import re
import time
from collections.abc import Callable, Iterable
from ipaddress import ip_address

from flask import Flask, Response, abort, current_app, g, request
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector
from werkzeug.http import parse_list_header

from portal import clock
from portal.web.logs import log

Measured = Iterable[tuple[str, str, dict[str, str], float]]

REQUESTS = Counter(
    "portal_requests", "Answers by endpoint and status.", ["method", "endpoint", "status"]
)
SECONDS = Histogram(
    "portal_request_seconds",
    "How long an answer took.",
    ["endpoint"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
)
CLOCK_STEPS = Counter(
    "portal_clock_steps", "Times that a process noticed its machine's clock set forward or back."
)
# What a proxy adds to a request: not each says for whom it asks.
OF_PROXIES = re.compile(
    r"Forwarded|Via|X-(Forwarded-.+|Real-Ip|Client-Ip)", re.IGNORECASE
).fullmatch
METHODS = frozenset({"GET", "POST", "HEAD", "OPTIONS"})


def init_app(app: Flask, measure: Callable[[], Measured]) -> None:
    """Add the address.

    Args:
        measure: name, words, labels and value of what is asked of the database at each scrape.
    """
    app.add_url_rule("/metrics", "metrics", lambda: _metrics(measure))


def watch_clock() -> None:
    """Say when the machine's clock was set; sessions, holds and the log's times live by it."""
    step = clock.stepped()
    if step:
        CLOCK_STEPS.inc()
        log.warning("clock set", seconds=round(step.total_seconds(), 1))


def _metrics(measure: Callable[[], Measured]) -> Response:
    """Every worker's counts together; 404 for who may not ask."""
    if not (_has_token() or _is_here()):
        abort(404)
    text = generate_latest(_counted()) + generate_latest(_now(measure()))
    return Response(text, content_type=CONTENT_TYPE_LATEST)


def _has_token() -> bool:
    token = current_app.config["PORTAL_METRICS_TOKEN"]
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    return bool(token) and hmac.compare_digest(given.encode(), token.encode())


def _is_here() -> bool:
    """Asked from this machine, and not through a proxy on it that we were not told of."""
    named = parse_list_header(request.headers.get("X-Forwarded-For", ""))
    proxies = current_app.config["PORTAL_PROXIES"]
    if any(map(OF_PROXIES, request.headers.keys())) and not 0 < proxies <= len(named):
        return False
    try:
        return ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        return False


def _counted() -> CollectorRegistry:
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return REGISTRY
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return registry


def _now(measured: Measured) -> CollectorRegistry:
    registry = CollectorRegistry()
    gauges: dict[str, Gauge] = {}
    for name, description, labels, value in measured:
        if name not in gauges:
            gauges[name] = Gauge(name, description, list(labels), registry=registry)
        gauge = gauges[name].labels(**labels) if labels else gauges[name]
        gauge.set(value)
    return registry


def start_watch() -> None:
    """Before a view: its time begins."""
    g.counting_since = time.perf_counter()


def count(response: Response) -> Response:
    """Count an answer and its time."""
    endpoint = request.endpoint or "none"
    method = request.method if request.method in METHODS else "other"
    REQUESTS.labels(method, endpoint, response.status_code).inc()
    now = time.perf_counter()
    SECONDS.labels(endpoint).observe(now - g.get("counting_since", now))
    return response
