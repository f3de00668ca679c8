"""Every request's way to its view and back, in this order; there is no other step.

Between the two, `Portal.dispatch_request` runs the view in the request's one transaction: what a
form asks is done once (`auth.once`), its entries are written, and it is committed (`audit.hook`).
"""

from collections.abc import Callable

from flask import Flask
from flask.typing import ResponseReturnValue

from portal import waiting
from portal.audit import hook
from portal.auth import permissions, rush, sessions
from portal.web import compression, logs, metrics, security, uploads

BEFORE: tuple[Callable[[], ResponseReturnValue | None], ...] = (
    waiting.begin,  # for the database only so long
    hook.begin,  # which request it is
    rush.take_place,  # of too many sign-ins at once the rest end here
    hook.enter,  # who asks, by the cookie; the database's context is entered
    logs.start_watch,
    uploads.allow_file,
    security.known_host_only,
    security.same_site_only,
    security.own_page_only,
    permissions.check,
    security.check_token,
    metrics.watch_clock,
    metrics.start_watch,
)
AFTER = (
    metrics.count,
    hook.settle_failure,  # what no view ended is rolled back, and its entries are written
    sessions.say_when_it_ends,
    security.add_headers,
    compression.compress,
    logs.log_answer,
)
# When the answer has left.
AT_LAST = (rush.leave_place, sessions.serve_nobody, waiting.end)


def init_app(app: Flask) -> None:
    """Put the steps on an application."""
    for before in BEFORE:
        app.before_request(before)
    for after in reversed(AFTER):  # Flask runs what was registered last first
        app.after_request(after)
    for last in AT_LAST:
        app.teardown_request(last)
