"""Prepared statements of a connection: the driver's own, or it commits nothing.

SQL can prepare a statement under a name of the driver's, and then answers in its place what the
portal asks next; it can also take away again what tells of it. So the server is asked whether it
has what the driver knows, no more and no less and nothing of SQL's, before whatever makes that
unknowable: as part of each commit, which it ends in vain, and before the driver forgets (it has
everything taken away after a rollback, to a savepoint as well). What was found once spoils the
connection for good; so does a transaction that is not ended by the driver, a savepoint that is not
the portal's own (a way back to it takes away the entries that were written since), a statement that
SQL prepares or takes away in so many words.
"""

import re
from collections.abc import Generator, Sequence
from typing import Any

import psycopg
from psycopg import pq
from psycopg._preparing import Key, Prepare, PrepareManager
from psycopg._queries import PostgresQuery
from psycopg.errors import DivisionByZero, error_from_result
from psycopg.generators import execute
from psycopg.rows import tuple_row

Results = Sequence[pq.abc.PGresult]

FAILED = pq.ExecStatus.FATAL_ERROR
MEDDLED = "a statement was prepared or taken away by SQL, or the transaction parted or ended by it"

# The driver ends transactions, prepares and takes away past its cursors; what goes through one and
# is answered so is the portal's only where it is about a savepoint, and was said to be.
NEVER_OURS = re.compile(rb"(?:COMMIT|ROLLBACK|SAVEPOINT|RELEASE|PREPARE|DEALLOCATE)\b")
LISTED = b"SELECT %s FROM pg_catalog.pg_prepared_statements"
NONE_BY_SQL = b"count(*) FILTER (WHERE from_sql) = 0"
# Ends what is sent with it, unless the condition holds.
OR_FAIL = b"1 / (%s)::int"


class Planted(psycopg.OperationalError):
    """SQL has prepared or taken away a statement, set a savepoint, or ended the transaction.

    Only an injected statement does.
    """


class Statements(PrepareManager):
    """The driver's prepared statements on a connection, and whether the server has just those.

    Attributes:
        spoiled: whether SQL meddled with it.
        settled: whether nothing has been done on the connection since that was last found right.
    """

    def __init__(self) -> None:
        super().__init__()
        self.spoiled = False
        self.settled = False
        self._leaving = 0  # those that the driver knows no more, and the server does
        self._own: set[bytes] = set()  # what the portal is about to say of its savepoints

    @property
    def as_known(self) -> bytes:
        """The condition that the server has what the driver knows, and nothing of SQL's.

        A pooler's server has what others have prepared there: then the driver prepares nothing.
        """
        if self.prepare_threshold is None:
            return NONE_BY_SQL
        return b"count(*) = %d AND %s" % (len(self._names) + self._leaving, NONE_BY_SQL)

    def expect(self, statement: bytes) -> None:
        """The next statement of just this text is the portal's, about a savepoint of its own.

        SQL that was smuggled in may say the same, but nobody has announced it.
        """
        self._own.add(statement)

    def maybe_add_to_cache(self, query: PostgresQuery, prep: Prepare, name: bytes) -> Key | None:
        """As the driver does, but that it looks at every answer."""
        super().maybe_add_to_cache(query, prep, name)
        return self.key(query)

    def validate(self, key: Key, prep: Prepare, name: bytes, results: Sequence[Any]) -> None:
        """Look at an answer; know of what was prepared also where it then failed."""
        tags = [result.command_status or b"" for result in results]
        ours = key[0] in self._own
        self._own.discard(key[0])
        if any(map(NEVER_OURS.match, tags)) and not ours:
            self.spoiled = True
        if self._should_discard(prep, results):
            return
        if prep is Prepare.NO and not self._check_results(results):
            self._counts.pop(key, None)
        elif prep is Prepare.SHOULD and results[0].status == pq.ExecStatus.PIPELINE_ABORTED:
            self._names.pop(key, None)  # not even prepared
        else:
            self._rotate()

    def _rotate(self) -> None:
        known = len(self._names)
        super()._rotate()
        self._leaving += known - len(self._names)

    def clear(self) -> bool:
        """Forget all, and remember how many that were until the server has been asked."""
        self._leaving += len(self._names)
        return super().clear()

    def reset(self) -> None:
        """The server has none left."""
        self.clear()
        self._to_flush.clear()
        self._leaving = 0

    def maintain_gen(self, conn: Any) -> Generator[Any, Any, None]:
        """Have the server take away what is forgotten, once it has said what it has.

        Within a pipeline nothing is asked: it waits for the next statement after it.
        """
        if not self._to_flush or conn.pgconn.pipeline_status:
            return
        question = LISTED % self.as_known
        if None in self._to_flush:
            results = yield from sent(conn, question + b"; DEALLOCATE ALL")
            self.reset()
        else:
            results = yield from sent(conn, question)
            yield from super().maintain_gen(conn)
            self._leaving = 0
        self.spoiled |= not _holds(results[0])

    def ask_gen(self, conn: Any, before: bytes = b"") -> Generator[Any, Any, None]:
        """Ask, unless nothing has been done since the last answer.

        Args:
            conn: the connection.
            before: what is to be done first, in the same message; it must not fail.
        """
        listing = b"" if self.settled else LISTED % self.as_known
        if not before + listing:
            return
        results = yield from sent(conn, before + listing)
        self.spoiled |= any(each.status == FAILED for each in results)
        self.spoiled |= bool(listing) and not _holds(results[-1])
        self.settled = not self.spoiled

    def commit_gen(self, conn: Any) -> Generator[Any, Any, None]:
        """Commit if the server has what the driver knows, in one message.

        Raises:
            Planted: it has not, or SQL meddled before.
            Error: the commit failed.
        """
        if self.spoiled:
            raise Planted(MEDDLED)
        if conn.pgconn.transaction_status == pq.TransactionStatus.IDLE:
            return
        results = yield from sent(conn, LISTED % (OR_FAIL % self.as_known) + b"; COMMIT")
        failed = next((each for each in results if each.status == FAILED), None)
        if failed is not None:
            error = error_from_result(failed, encoding=conn.pgconn._encoding)
            self.spoiled = failed is results[0] and isinstance(error, DivisionByZero)
            raise Planted(MEDDLED) if self.spoiled else error
        self.settled = True


class Connection(psycopg.Connection[Any]):
    """A connection that commits nothing once SQL meddled with what is prepared on it."""

    _prepared: Statements

    def __init__(self, pgconn: pq.abc.PGconn, row_factory: Any = tuple_row) -> None:
        super().__init__(pgconn, row_factory)
        self._prepared = Statements()

    @property
    def statements(self) -> Statements:
        """The statements prepared on it."""
        return self._prepared

    def is_spoiled(self) -> bool:
        """Ask whether SQL meddled with it; where something failed, nothing can be asked."""
        if self.pgconn.transaction_status != pq.TransactionStatus.INERROR:
            self.wait(self._prepared.ask_gen(self))
        return self._prepared.spoiled

    def tidy(self, tidying: bytes, seconds: float) -> bool:
        """Leave nothing on it between two transactions; whether it is as good as before."""
        self.wait(self._prepared.ask_gen(self, tidying), timeout=seconds)
        return not self._prepared.spoiled

    def _start_query(self) -> Generator[Any, Any, None]:
        self._prepared.settled = False
        return super()._start_query()

    def _commit_gen(self) -> Generator[Any, Any, None]:
        return self._prepared.commit_gen(self)


def sent(conn: psycopg.Connection[Any], message: bytes) -> Generator[Any, Any, Results]:
    """Send statements as they are, none of which is prepared; their answers."""
    conn.pgconn.send_query(message)
    answers: Results = yield from execute(conn.pgconn)
    return answers


def _holds(answer: pq.abc.PGresult) -> bool:
    return answer.status == pq.ExecStatus.TUPLES_OK and answer.get_value(0, 0) == b"t"
