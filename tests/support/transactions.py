"""One outer transaction a test: whatever the test and its requests commit is rolled back after it.

The web role and the worker would need a connection each, and neither would see what the other has
not committed. So a test has one connection, of the administrator's, that speaks as the role whose
turn it is (SET SESSION AUTHORIZATION: rights, ownership and row security are that role's alone).
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import copy_context
from typing import Any

import psycopg
from flask import Flask
from flask.globals import _cv_app
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.orm import Session, SessionTransaction

from portal.config import driver_url, read_json
from portal.connections import ClinicPool
from portal.database_roles import NAMES
from portal.db import db
from portal.prepared import Connection as Line
from tests.support.databases import Database

BECOME = """
SELECT set_config('session_authorization', %s, false), set_config('portal.context', %s, true),
       set_config('portal.request', %s, true)
"""
STATE = """
SELECT session_user, coalesce(current_setting('portal.context', true), ''),
       coalesce(current_setting('portal.request', true), '')
"""


@contextmanager
def one_transaction(app: Flask, database: Database) -> Iterator[None]:
    """Bind every engine of the application to one connection whose work is undone."""
    factory = db.session.session_factory
    with database.kept(_engine).connect() as connection, app.app_context():
        outer = connection.begin()
        engines = dict(db.engines)
        db.engines.update(dict.fromkeys(engines, connection))
        factory.configure(join_transaction_mode="create_savepoint")
        event.listen(Session, "after_begin", _take_turn)
        event.listen(Session, "before_commit", _as_at_commit)
        try:
            yield
        finally:
            event.remove(Session, "before_commit", _as_at_commit)
            event.remove(Session, "after_begin", _take_turn)
            factory.configure(join_transaction_mode="conditional_savepoint")
            db.engines.update(engines)
            outer.rollback()


def _engine(database: Database) -> Engine:
    """One connection, kept for all tests of a database: a new one has all to learn again.

    The portal's own pool resets it before each test.
    """
    engine = create_engine(
        driver_url(database.url("admin")),
        poolclass=ClinicPool,
        pool_size=1,
        max_overflow=0,
        json_deserializer=read_json,
    )
    event.listen(engine, "do_connect", _connect)
    return engine


def _connect(_dialect: object, _record: object, arguments: Any, named: Any) -> Line:
    """As the portal's connections are, but that nothing waits with a bound."""
    return Line.connect(*arguments, **named)


def _take_turn(session: Session, transaction: SessionTransaction, connection: Connection) -> None:
    """A session's transaction begins as its own role, with no tenant entered."""
    if transaction.nested:
        return
    _execute(connection, BECOME, NAMES[session.state.role or "app"], "", "")


def _as_at_commit(session: Session) -> None:
    """What the database asks at a commit is asked, though the test's transaction goes on."""
    if session.in_nested_transaction():
        return
    session.flush()
    driver: psycopg.Connection = session.connection().connection.driver_connection
    driver.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")


def apart(wsgi_app: Callable[..., Iterable[bytes]]) -> Callable[..., Iterable[bytes]]:
    """Answer a request as another process would, though the test holds a context and session."""

    def answer(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        def alone() -> Iterable[bytes]:
            _cv_app.set(None)  # so that Flask makes the request a context of its own
            return wsgi_app(environ, start_response)

        with _turn_given():
            return copy_context().run(alone)

    return answer


@contextmanager
def _turn_given() -> Iterator[None]:
    """Show the request what the test has flushed; after it, the test goes on as it was."""
    if (
        _cv_app.get(None) is None
        or not db.session.registry.has()
        or not db.session().in_transaction()
    ):
        yield
        return
    db.session.flush()
    connection = db.session.connection()
    turn = _execute(connection, STATE)
    yield
    _execute(connection, BECOME, *turn)


def _execute(connection: Connection, statement: str, *values: str) -> tuple[Any, ...]:
    """Past SQLAlchemy, so that no test counts these statements."""
    driver: psycopg.Connection = connection.connection.driver_connection
    row = driver.execute(statement, values).fetchone()
    assert row is not None
    return row
