"""The pool: a connection belongs to one clinic at a time.

What a session leaves on its connection (a prepared statement, a setting, a cursor, a lock, a
channel it listens on) outlives the transaction. So a connection remembers which clinic the
database last verified on it; before it serves another, or anybody whose clinic is not known yet,
it is reset (PostgreSQL's manual, DISCARD). Within one clinic it keeps what the driver prepared.
"""

import select
from contextvars import ContextVar
from typing import Any

import psycopg
import structlog
from prometheus_client import Counter
from psycopg import pq
from sqlalchemy import event
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.pool import ConnectionPoolEntry, QueuePool
from sqlalchemy.util.queue import Queue

from portal.prepared import Connection, sent

log = structlog.get_logger()

CLOSED = Counter(
    "portal_connections_closed", "Connections closed because something was left on them."
)
# Everything but prepared statements.
TIDY = b"""
SELECT pg_catalog.pg_advisory_unlock_all(); CLOSE ALL; UNLISTEN *; RESET ALL;
RESET SESSION AUTHORIZATION;
"""

# No clinic's number.
NEITHERS = 0
# It takes microseconds, unless the line is dead.
SECONDS_TO_TIDY = 5.0

_serving: ContextVar[int | None] = ContextVar("serving", default=None)


def serve(tenant_id: int | None) -> None:
    """Say for whom the next connection is taken.

    Args:
        tenant_id: the clinic that the database has verified for this person before; None when
            nobody is known yet.
    """
    _serving.set(tenant_id)


def verified(info: dict[str, Any], tenant_id: int | None) -> None:
    """Remember whose connection this is, once the database has said so.

    One that served two clinics in one request (somebody signs in who was signed in elsewhere) is
    neither's: it is reset before it serves anybody again.

    Args:
        info: the pool's notes on the connection.
        tenant_id: the clinic; None when nobody was let in.
    """
    one = info.get("clinic") in (None, tenant_id)
    info["clinic"] = tenant_id if one else NEITHERS


class OwnFirst(Queue[ConnectionPoolEntry]):
    """Idle connections; one of the clinic that is served comes first, else the one idle longest."""

    def own(self) -> ConnectionPoolEntry | None:
        """An idle connection of the clinic that is served."""
        clinic = _serving.get()
        idle = (each for each in self.queue if clinic and each.info.get("clinic") == clinic)
        return next(idle, None)

    def _get(self) -> ConnectionPoolEntry:
        found = self.own()
        if found is None:
            return super()._get()
        self.queue.remove(found)
        return found


class ClinicPool(QueuePool):
    """A pool that keeps the clinics' connections apart."""

    _queue_class = OwnFirst

    _pool: OwnFirst

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        # One that is made again in place of another takes over what listens to it.
        if options.get("_dispatch") is None:
            event.listen(self, "checkout", _before_use)
            event.listen(self, "checkin", _after_use)

    def _do_get(self) -> ConnectionPoolEntry:
        """An idle connection of the clinic, or a new one while there is room, or any."""
        if _serving.get() is None or self._pool.own() or self._overflow >= 0:
            return super()._do_get()
        self._overflow += 1
        try:
            return self._create_connection()
        except BaseException:
            self._overflow -= 1
            raise


def _before_use(connection: Any, record: ConnectionPoolEntry, _proxy: object) -> None:
    """Reset a connection that served another clinic, or nobody known.

    Raises:
        DisconnectionError: the server has hung up; the pool makes a connection in its place.
    """
    clinic, notes = _serving.get(), record.info
    if _hung_up(connection):
        raise DisconnectionError
    if notes.get("used") and (clinic is None or notes.get("clinic") != clinic):
        notes["clinic"] = None
        _reset(connection)
    notes["used"] = True


def _hung_up(connection: Any) -> bool:
    """Whether something waits to be read: a server says nothing to an idle client but good-bye."""
    poller = select.poll()
    poller.register(connection.fileno(), select.POLLIN)
    return bool(poller.poll(0))


def _reset(connection: Connection) -> None:
    """Make a connection as good as new."""
    try:
        [answer] = connection.wait(sent(connection, b"DISCARD ALL"))
    except psycopg.OperationalError as error:
        raise DisconnectionError from error
    if answer.status != pq.ExecStatus.COMMAND_OK:
        raise DisconnectionError
    connection.statements.reset()


def _after_use(connection: Any, record: ConnectionPoolEntry) -> None:
    """Leave nothing on it; what only an injected statement can have left closes it."""
    if connection is None or connection.closed:
        return
    try:
        if connection.tidy(TIDY, SECONDS_TO_TIDY):
            return
    except psycopg.OperationalError as error:
        record.invalidate(error)
        return
    say_closed()
    record.invalidate()


def say_closed() -> None:
    """Tell of a connection that is closed for what was left on it."""
    CLOSED.inc()
    log.error("connection_closed")
