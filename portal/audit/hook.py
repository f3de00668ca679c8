"""The end of every request: entries for what was seen and refused, then the only commit.

A view's answer is committed before it leaves, entries included; when they cannot be written, it
is 503 and shows nobody. What failed is rolled back first; its entries go into a transaction of
their own, so a denial survives. A deadlock, a serialization failure or a plan that a migration has
outdated is tried once more.
"""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import uuid4

from flask import Flask, Response, current_app, request
from flask.typing import ResponseReturnValue
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from portal.audit import trouble
from portal.audit.notes import note
from portal.db import begin_anew, require_own_statements, session, state
from portal.errors import Conflict
from portal.state import Asker
from portal.web.errors import NotSignedIn, Unavailable
from portal.web.logs import SILENT, log_failure

TRANSIENT = frozenset({"40001", "40P01"})  # serialization failure, deadlock
# A prepared statement's table was migrated since, or an injected statement took what was prepared
# away; the driver prepares anew after a rollback.
OUTDATED = frozenset({"0A000", "26000"})
# A redirect and an empty answer show nobody: what was opened was for the program's own use.
SHOWS_NOBODY = frozenset({204, 303})
# A message that still waited is shown on whatever page comes next, also where there is none.
NOWHERE = "message.seen"
SAW = text("SELECT audit_saw(:action, CAST(:patients AS bigint[]))")


@dataclass(frozen=True)
class Hook:
    """Work of other rooms at the two ends of a transaction.

    Attributes:
        enter: turns the request into a person and the database's context.
        leave: writes what that room keeps, before the commit.
    """

    enter: Callable[[], None]
    leave: Callable[[], None]


def init_app(app: Flask, *, enter: Callable[[], None], leave: Callable[[], None]) -> None:
    """Tell the hook what other rooms do."""
    app.extensions["portal_hook"] = Hook(enter, leave)


def begin() -> None:
    """Say which request this is, from where, and with what."""
    agent = request.headers.get("User-Agent")
    begin_anew(Asker(str(uuid4()), request.remote_addr, agent))


def enter() -> None:
    """Say who asks, once the log can tell of it."""
    if request.endpoint not in SILENT:
        _refuse_while_locked()
    try:
        _hook().enter()
    except DBAPIError as error:
        if not _outdated(error):
            raise
        log_failure(error, try_number=1)
        session.rollback()
        _hook().enter()


def _refuse_while_locked() -> None:
    try:
        trouble.ask_if_doubtful()
    except Unavailable:
        state().settled = True  # there is nothing to write, and nowhere to
        raise


def answer(view: Callable[[], ResponseReturnValue]) -> Response:
    """Run a view and settle its transaction; once more if the first try met a deadlock.

    Raises:
        Conflict: the second try met one too; nothing was changed, and it may be tried again.
        NotSignedIn: the session ended in the meantime.
    """
    try:
        return _answered(view)
    except DBAPIError as error:
        _raise_unless_transient(error, try_number=1)
    session.rollback()
    state().patients_seen, state().afterwards = set(), []
    _enter_again()
    try:
        return _answered(view)
    except DBAPIError as error:
        _raise_unless_transient(error, try_number=2)
        raise Conflict from error


def afterwards(entry: Callable[[], None]) -> None:
    """Have an entry written although the request is refused and rolled back."""
    state().afterwards.append(entry)


def _outdated(error: SQLAlchemyError) -> bool:
    """Whether what was prepared is not to be had any more."""
    cause = error.orig if isinstance(error, DBAPIError) else None
    return getattr(cause, "sqlstate", None) in OUTDATED


def transient(error: SQLAlchemyError) -> bool:
    """Whether trying again can help."""
    cause = error.orig if isinstance(error, DBAPIError) else None
    return getattr(cause, "sqlstate", None) in TRANSIENT


def _raise_unless_transient(error: DBAPIError, *, try_number: int) -> None:
    if not transient(error) and not (_outdated(error) and try_number == 1):
        raise error
    log_failure(error, try_number=try_number)


def settle_failure(response: Response) -> Response:
    """End a request that no view ended: roll back, write its entries, commit."""
    if state().settled:
        return response
    try:
        trouble.ask_if_doubtful()
        _settle(response.status_code)
    except NotSignedIn as error:
        return settle_failure(current_app.make_response(current_app.handle_user_exception(error)))
    except (SQLAlchemyError, Unavailable) as error:
        session.rollback()
        trouble.noted(error)
        log_failure(error)
        return current_app.make_response(current_app.handle_user_exception(Unavailable()))
    return response


def _answered(view: Callable[[], ResponseReturnValue]) -> Response:
    try:
        response = current_app.make_response(view())
        _settle(response.status_code)
    except Exception as error:
        trouble.noted(error)
        _forget_messages()
        raise
    return response


def _settle(status: int) -> None:
    """Write the entries and commit; what was refused keeps nothing else."""
    if status >= 400:
        require_own_statements()
        messages = state().messages
        session.rollback()
        _enter_again()
        state().messages = messages
    try:
        _write_entries(status)
    except SQLAlchemyError as error:
        if transient(error) or _outdated(error):
            raise
        trouble.noted(error)
        log_failure(error)
        raise Unavailable from error
    session.commit()
    state().settled = True


def _enter_again() -> None:
    """After a rollback. Whoever is nobody any more is shown nothing that was made for them.

    Raises:
        NotSignedIn: the session ended while the request was under way.
    """
    known = state().request_context
    _hook().enter()
    if known is not None and state().request_context is None:
        state().patients_seen, state().afterwards = set(), []
        raise NotSignedIn


def _write_entries(status: int) -> None:
    _hook().leave()
    signed_in = state().request_context is not None
    if signed_in and status == 403:
        note("denied", outcome="refused", reason=request.endpoint)
    if signed_in and status == 404 and request.view_args:
        note(request.endpoint or "", outcome="refused", reason="not found", record=_record())
    if state().patients_seen and status not in SHOWS_NOBODY:
        patients = sorted(state().patients_seen)
        action = request.endpoint or NOWHERE
        session.execute(SAW, {"action": action, "patients": patients})
    for table, column, row_uid in sorted(state().unreadable if signed_in else ()):
        note("field.unreadable", table=table, outcome="failed", reason=f"{column} of {row_uid}")
    for entry in state().afterwards:
        entry()


def _record() -> int | None:
    """The id that was asked for: the last number in the address."""
    numbers = [value for value in (request.view_args or {}).values() if isinstance(value, int)]
    return numbers[-1] if numbers else None


def _forget_messages() -> None:
    """A failed view's own messages are not true; the ones from before still wait."""
    known = state().request_context
    state().messages = list(known.messages) if known else []


def _hook() -> Hook:
    found: Hook = current_app.extensions["portal_hook"]
    return found
