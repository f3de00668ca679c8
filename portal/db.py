"""The database: one metadata with one naming convention, and one session a request."""

from collections.abc import Iterable, Mapping
from contextlib import nullcontext
from functools import cache
from typing import Any, TypeVar, cast

import psycopg
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session as FlaskSession
from psycopg import pq
from psycopg.rows import namedtuple_row
from sqlalchemy import (
    ColumnElement,
    Constraint,
    Index,
    MetaData,
    Table,
    TextClause,
    event,
    inspect,
    select,
    text,
)
from sqlalchemy.dialects.postgresql.asyncpg import dialect
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import DeclarativeBase, InstrumentedAttribute, make_transient_to_detached
from sqlalchemy.sql.elements import (
    ReleaseSavepointClause,
    RollbackToSavepointClause,
    SavepointClause,
)

from portal import connections, prepared
from portal.state import Asker, State


def _own_columns(constraint: Constraint | Index, _table: Table) -> str:
    """Column names for a constraint's name; the tenant is in every key and says nothing."""
    names = [column.name for column in constraint.columns]  # type: ignore[union-attr]
    return "_".join([name for name in names if name != "tenant_id"] or names)


NAMING_CONVENTION: dict[str, Any] = {
    "own_columns": _own_columns,
    "pk": "pk_%(table_name)s",
    "uq": "uq_%(table_name)s_%(own_columns)s",
    "fk": "fk_%(table_name)s_%(own_columns)s",
    "ix": "ix_%(table_name)s_%(own_columns)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
}


class Base(DeclarativeBase):
    """The declarative base of every model."""

    metadata = MetaData(naming_convention=NAMING_CONVENTION)


class PortalSession(FlaskSession):
    """A session that knows what it is doing, and can work as another database role."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.state = State()
        self.line: Connection | None = None

    def commit(self) -> None:
        """Commit, and let go of a connection that was in no state to."""
        try:
            super().commit()
        except DBAPIError:
            _give_up(self.line)
            raise

    def get_bind(self, *args: Any, **kwargs: Any) -> Engine | Connection:
        """The engine of the state's role."""
        role = self.state.role
        if role is None:
            return super().get_bind(*args, **kwargs)
        return db.engines[role]


db = SQLAlchemy(
    model_class=Base, session_options={"class_": PortalSession, "expire_on_commit": False}
)
session = db.session
Model = TypeVar("Model", bound=Base)
Value = TypeVar("Value")
# No text is one of these, whatever it says.
OWN_SAVEPOINT = (SavepointClause, RollbackToSavepointClause, ReleaseSavepointClause)
Statement = tuple[TextClause | SavepointClause, Mapping[str, Any]]

# Writes $1 where a value goes, which the driver sends as it is.
NUMBERED = dialect()  # type: ignore[no-untyped-call]
PLAN_ONCE = text("SET LOCAL plan_cache_mode = force_generic_plan")
PLAN_AS_USUAL = text("SET LOCAL plan_cache_mode = auto")
PLAN_ANEW = text("DISCARD PLANS")


def state() -> State:
    """The state of the present session."""
    return _present().state


def begin_anew(asker: Asker) -> None:
    """Forget all of a request before, but as which role it works."""
    present = _present()
    present.state = State(role=present.state.role, asker=asker)


def _present() -> PortalSession:
    return cast(PortalSession, session())


def require_own_statements() -> None:
    """Refuse to go on where SQL meddled with what is prepared, which the portal never does.

    What it put in the place of one of the driver's has answered in its stead: told another's row
    or role than the database holds, or written no entry of what was read.

    Raises:
        DBAPIError: it did, or the server is gone.
    """
    line = _present().line
    if line is None or line.closed or line.invalidated:
        return
    driver: Any = line.connection.driver_connection
    try:
        if driver.is_spoiled():
            raise prepared.Planted(prepared.MEDDLED)
    except psycopg.Error as error:
        failure = _told(line, error)
        _give_up(line)
        raise failure from error


@event.listens_for(PortalSession, "after_begin")
def _remember(speaking: PortalSession, _begun: object, line: Connection) -> None:
    speaking.line = line if speaking.state.role is None else None


def _give_up(line: Connection | None) -> None:
    """Close a connection on which nothing can be committed, or something is under way still."""
    if line is None or line.closed or line.invalidated:
        return
    driver: Any = line.connection.driver_connection
    if driver.statements.spoiled:
        connections.say_closed()
    elif driver.info.transaction_status != pq.TransactionStatus.ACTIVE:
        return
    line.invalidate()


@event.listens_for(Engine, "commit")
def _refuse_to_lose(line: Connection) -> None:
    """Whoever goes on after a statement that failed would commit nothing, and not be told.

    Raises:
        DBAPIError: something failed that was not rolled back; nothing of it is kept.
    """
    driver: Any = line.connection.driver_connection
    if driver.info.transaction_status == pq.TransactionStatus.INERROR:
        raise _told(line, psycopg.errors.InFailedSqlTransaction("a statement before it failed"))


@event.listens_for(Engine, "before_cursor_execute")
def _tell_of_own_savepoint(
    line: Connection, _cursor: Any, sent: str, _values: Any, context: Any, _many: bool
) -> None:
    if context is not None and isinstance(context.invoked_statement, OWN_SAVEPOINT):
        driver = line.connection.driver_connection
        if isinstance(driver, prepared.Connection):
            driver.statements.expect(sent.encode())


def plan_anew() -> None:
    """Have this connection plan again what it planned before, its checks of references too.

    What was planned while a table was small would read the grown one from end to end, row by row
    of a large import.
    """
    session.execute(PLAN_ANEW)


def pipeline(*statements: Statement, binary: bool = False) -> list[list[Any]]:
    """Run statements one after the other in one round trip; the rows of each, as named tuples.

    Each sees what the one before it did, and what others committed while that one waited. They are
    prepared at once, since psycopg forgets at every rollback what it has prepared, and would run a
    statement five times before it prepares it again.

    Args:
        statements: the statements with their values.
        binary: whether rows come as the server keeps them: less work where much of them is bytes.

    Raises:
        DBAPIError: one failed; those after it have not run.
    """
    session.flush()
    connection = session.connection()
    driver: Any = connection.connection.driver_connection
    try:
        # One alone is quicker without what keeps several apart.
        with driver.pipeline() if len(statements) > 1 else nullcontext():
            cursors = [_sent(driver, *each, binary=binary) for each in statements]
        return [each.fetchall() if each.pgresult.nfields else [] for each in cursors]
    except psycopg.Error as error:
        raise _told(connection, error) from error


def _told(connection: Connection, error: psycopg.Error) -> BaseException:
    """The driver's error, as whoever uses SQLAlchemy knows it."""
    driver: Any = None if connection.invalidated else connection.connection.driver_connection
    if driver and driver.closed:
        # The server is gone, and with it what the pool keeps.
        connection.invalidate(error)
        connection.engine.dispose()
    return DBAPIError.instance(
        None, None, error, psycopg.Error,
        hide_parameters=True, connection_invalidated=connection.invalidated,
    )  # fmt: skip


def column_by_id(
    number: InstrumentedAttribute[int],
    column: InstrumentedAttribute[Value],
    ids: Iterable[int | None],
    *where: ColumnElement[bool],
) -> dict[int, Value]:
    """One column of the rows with these ids, by id; nothing is asked for nobody."""
    wanted = {each for each in ids if each is not None}
    if not wanted:
        return {}
    rows = session.execute(select(number, column).where(number.in_(wanted), *where))
    return {row[0]: row[1] for row in rows}


def with_generic_plan(
    statement: TextClause, values: Mapping[str, Any]
) -> tuple[Statement, Statement, Statement]:
    """For `pipeline`: a statement that takes longer to plan than to run, and has one good plan.

    It is planned for all values when it is prepared; its rows are the second of the three.
    """
    return (PLAN_ONCE, {}), (statement, values), (PLAN_AS_USUAL, {})


def hydrate(model: type[Model], row: Any) -> Model:
    """A row of a model's table, every column of it, as if the session had read it."""
    found = model()
    # Past the attributes, each of which would note that it was changed.
    vars(found).update({key: getattr(row, name) for key, name in _columns(model)})
    make_transient_to_detached(found)
    session.add(found)
    return found


@cache
def _columns(model: type[Base]) -> tuple[tuple[str, str], ...]:
    """Every attribute that is a column, and what the column is called."""
    return tuple((each.key, each.columns[0].name) for each in inspect(model).column_attrs)


def _sent(
    driver: Any, statement: TextClause | SavepointClause, values: Mapping[str, Any], *, binary: bool
) -> Any:
    """The statement's cursor; its text goes as it is, since the driver would parse a long one."""
    sent, names = _as_sent(statement)
    if isinstance(statement, OWN_SAVEPOINT):
        driver.statements.expect(sent)
    cursor = psycopg.RawCursor(driver, row_factory=namedtuple_row)
    return cursor.execute(sent, [values[name] for name in names], prepare=True, binary=binary)


@cache
def _as_sent(statement: TextClause | SavepointClause) -> tuple[bytes, tuple[str, ...]]:
    """The statement with numbered places for values, and whose values they are."""
    compiled: Any = statement.compile(dialect=NUMBERED)
    return str(compiled).encode(), tuple(compiled.positiontup or ())
