"""Everything that goes wrong becomes one calm page or fragment with its status.

An unknown id and another clinic's id read the same, whatever the command's own words were.
"""

from flask import Flask, Response
from flask_babel import gettext, lazy_gettext
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import (
    DataError,
    DBAPIError,
    IntegrityError,
    OperationalError,
    ProgrammingError,
)
from werkzeug.exceptions import HTTPException

from portal.db import state
from portal.errors import DomainError
from portal.web.answers import page
from portal.web.forms.form import translate
from portal.web.logs import log_failure, request_id
from portal.web.typed import from_here, typed_form

WORDS = {
    400: (
        lazy_gettext("We could not read that"),
        lazy_gettext("Go back, reload the page and try again."),
    ),
    403: (
        lazy_gettext("You don't have permission to do this"),
        lazy_gettext("Ask an administrator of your clinic if you need it."),
    ),
    404: (
        lazy_gettext("We could not find that"),
        lazy_gettext("It may have been moved or removed, or the address is not complete."),
    ),
    405: (
        lazy_gettext("That cannot be done here"),
        lazy_gettext("Go back and use the buttons of the page."),
    ),
    409: (
        lazy_gettext("That cannot be done now"),
        lazy_gettext("Reload the page to see how it stands now."),
    ),
    413: (
        lazy_gettext("That is too large"),
        lazy_gettext("Send a smaller file or a shorter text."),
    ),
    422: (
        lazy_gettext("That is not possible"),
        lazy_gettext("Go back and check what you entered."),
    ),
    500: (
        lazy_gettext("Something went wrong on our side"),
        lazy_gettext("Check whether your change was saved before you try again."),
    ),
    503: (
        lazy_gettext("The portal is not available at the moment"),
        lazy_gettext("Nothing was changed. Try again in a minute."),
    ),
}


BEYOND_COUNTING, NOT_ALLOWED = "22003", "42501"
# A database that was killed is back within this time.
RETRY_SECONDS = 5
AUDIT_LOG = "user_action_audit_log"


class Unavailable(DomainError):
    """A need of the answer (the database, the audit log) is not there: nobody is shown."""

    status = 503


class NotSignedIn(Exception):
    """Nobody is signed in, and the page is not public; or nobody is any more."""


def error_page(status: int, text: str | None = None, link: str | None = None) -> Response:
    """The page or fragment for a status, with its usual words unless `text` says more.

    `link` is the page of what the text is about.
    """
    title, message = WORDS.get(status, WORDS[500 if status >= 500 else 400])
    return page(
        "errors/error.html",
        "errors/_error.html",
        status=status,
        title=str(title),
        text=text or str(message),
        says_why=bool(text),
        link=link,
    )


def _refused(refusal: DomainError) -> Response:
    usual = refusal.status in {404, 503} and refusal.retry_after is None
    link = getattr(refusal, "link", None)
    response = error_page(refusal.status, None if usual else translate(refusal), link)
    if refusal.retry_after is not None:
        response.headers["Retry-After"] = str(refusal.retry_after)
    elif refusal.status == 503:
        _later(response)
    return response


def _http(error: HTTPException) -> Response:
    return error_page(error.code or 500)


def _unavailable(error: DBAPIError) -> Response:
    log_failure(error)
    return _later(error_page(503))


def _later(response: Response) -> Response:
    response.headers["Retry-After"] = str(RETRY_SECONDS)
    return response


def _unwritten(error: IntegrityError) -> Response:
    """The database refused what no command has words for: rows are there that no screen writes.

    The audit log took no entry: there is no partition for today.
    """
    if getattr(getattr(error.orig, "diag", None), "table_name", None) == AUDIT_LOG:
        return _unavailable(error)
    log_failure(error)
    return error_page(
        409,
        gettext(
            "This does not go together with what is stored, so nothing was changed. Whoever looks"
            " after the portal finds the reason in its log, under %(number)s.",
            number=request_id(),
        ),
    )


def _no_such_number(error: DataError) -> Response:
    """An id that no record can have (22003: it is beyond what the database counts to)."""
    if getattr(error.orig, "sqlstate", None) == BEYOND_COUNTING:
        return error_page(404)
    raise error


def _not_allowed(error: ProgrammingError) -> Response:
    """The answer where row security refuses, and no command has a message (42501)."""
    if getattr(error.orig, "sqlstate", None) != NOT_ALLOWED:
        raise error
    log_failure(error)
    return error_page(403)


def _stale(_error: CSRFError) -> Response:
    """A page of before one's last sign-in: what was typed comes back, to be sent again."""
    if not from_here() or state().request_context is None:
        text = gettext(
            "The page was open for too long or was opened twice. Reload it and try again."
        )
        return error_page(400, text)
    return page(
        "errors/stale.html", "errors/_stale.html", status=400, typed=typed_form(),
        title=gettext("You have signed in again since this page was opened"),
        text=gettext("Nothing is saved yet. Send it once more."),
    )  # fmt: skip


def init_app(app: Flask) -> None:
    """Register the handlers. Anything else ends in Flask's 500, which `_http` shows."""
    app.register_error_handler(DomainError, _refused)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(CSRFError, _stale)
    app.register_error_handler(OperationalError, _unavailable)
    app.register_error_handler(IntegrityError, _unwritten)
    app.register_error_handler(DataError, _no_such_number)
    app.register_error_handler(ProgrammingError, _not_allowed)
