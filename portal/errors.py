"""Refusals: what the portal will not do, as facts with words for the front desk.

A command raises a `DomainError`; the screen shows its message beside the field it is about.
Messages are English msgids with named places; the web layer translates and fills them in.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, ClassVar, NoReturn

import psycopg
from sqlalchemy import TextClause
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.elements import RollbackToSavepointClause, SavepointClause

from portal.db import Statement, pipeline, session

SAVEPOINT = SavepointClause("refusable")  # type: ignore[no-untyped-call]
ROLL_BACK = RollbackToSavepointClause("refusable")  # type: ignore[no-untyped-call]


def N_(message: str) -> str:  # noqa: N802 - gettext's customary name for "translate this later"
    """Mark a message for extraction; whoever shows it translates it."""
    return message


class DomainError(Exception):
    """Something the portal refuses to do.

    Attributes:
        message: the English msgid, with `%(name)s` places for `params`.
        field: the form field the refusal is about, or None.
        status: the HTTP status a screen answers with when no form can show it.
        retry_after: in how many seconds the same may be possible; None when time alone changes
            nothing.
        others: what else is refused at once, each for its own field.
    """

    message: str = N_("That is not possible.")
    field: str | None = None
    status: ClassVar[int] = 422
    retry_after: int | None = None
    others: Sequence["DomainError"] = ()

    def __init__(
        self, message: str | None = None, *, field: str | None = None, **params: Any
    ) -> None:
        if message is not None:
            self.message = message
        if field is not None:
            self.field = field
        self.params = params
        super().__init__(self.message % params if params else self.message)


class Conflict(DomainError):
    """Someone else was faster, or things changed since the page was shown."""

    message = N_("This was changed by someone else in the meantime.")
    status = 409


class NotFound(DomainError):
    """No such record in this clinic: the same answer for an unknown id and another clinic's."""

    message = N_("We could not find that.")
    status = 404


def all_of(checks: Iterable[Callable[[], Any]]) -> list[Any]:
    """The result of each check. Raises the first refusal, with the `others` after it."""
    given, refused = [], []
    for check in checks:
        try:
            given.append(check())
        except DomainError as refusal:
            refused += [refusal, *refusal.others]
    if refused:
        first, *first.others = refused
        raise first
    return given


@contextmanager
def refusing(reasons: Mapping[str, type[DomainError]]) -> Iterator[None]:
    """Flush what is inside in a savepoint; a named constraint's violation becomes its refusal.

    Args:
        reasons: constraint name -> the refusal it stands for. Any other database error passes
            through unchanged.
    """
    try:
        with session.begin_nested():
            yield
            session.flush()
    except DBAPIError as error:
        _raise(error, reasons)


def execute_in_savepoint(
    reasons: Mapping[str, type[DomainError]],
    statement: TextClause,
    values: Mapping[str, Any],
    *,
    whole: Callable[[Any], bool],
    before: Statement | None = None,
) -> Any:
    """Execute one statement in a savepoint, which stays open; in one round trip.

    Args:
        reasons: as for `refusing`.
        statement: it has one row.
        values: what it asks.
        whole: whether its row says that all was written; if not, nothing stays.
        before: what is asked first, within the savepoint (a lock that it takes goes with it).

    Returns:
        The row.

    Raises:
        NotFound: `before` has no row.
    """
    first = [] if before is None else [before]
    try:
        *locked, written_rows = pipeline((SAVEPOINT, {}), *first, (statement, values))[1:]
    except DBAPIError as error:
        if not error.connection_invalidated:  # with the line the whole transaction went
            session.execute(ROLL_BACK)
        _raise(error, reasons)
    if locked == [[]]:
        raise NotFound
    [row] = written_rows
    if not whole(row):
        session.execute(ROLL_BACK)
    return row


def _raise(error: DBAPIError, reasons: Mapping[str, type[DomainError]]) -> NoReturn:
    refusal = reasons.get(violated_constraint(error) or "")
    if refusal is None:
        raise error
    raise refusal from error


def violated_constraint(error: DBAPIError) -> str | None:
    """The name of the constraint or unique index that a database error is about."""
    cause = error.orig
    return cause.diag.constraint_name if isinstance(cause, psycopg.Error) else None
