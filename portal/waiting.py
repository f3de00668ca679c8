"""How long a request waits for the database: never without an end.

A server that is slow, or a network that swallows what is sent, would keep a worker from everybody
else. TCP notices a dead line late, and one that something still answers for never; so each wait for
an answer has a bound of its own, and after the first that was in vain the rest of the request does
not wait again. An answer that comes drop by drop would keep within that bound for ever: so all the
waits of a request together have one too. Jobs and commands compute as long as they need.
"""

from collections.abc import Generator
from contextlib import suppress
from contextvars import ContextVar
from dataclasses import dataclass
from time import monotonic
from typing import Any, TypeVar

import psycopg
from psycopg.errors import _WaitTimeout

from portal import prepared, settings

Result = TypeVar("Result")

# A statement of the web server takes milliseconds; one that waits for a lock gives up before this.
SECONDS = 20.0
SECONDS_ONCE_IN_VAIN = 1.0
# All of them together, before and after one in vain: less than the 60 after which a worker that
# does not go on is ended. Computing is not counted.
SECONDS_IN_ALL = 50.0
SECONDS_AT_LAST = 5.0
# What the driver knows of the line: libpq's names.
LINE = {
    "connect_timeout": 5,
    "keepalives": 1, "keepalives_idle": 15, "keepalives_interval": 5, "keepalives_count": 3,
    "tcp_user_timeout": int(SECONDS * 1000),
}  # fmt: skip
LINE_TO_END = {"connect_timeout": 2}
# A statement can go on after it was cancelled, with all that it has locked; not after this. A
# pooler's numbers are not the server's: nobody is ended who has not worked for so long.
END = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE pid = %s AND usename = current_user AND backend_type = 'client backend'
       AND xact_start < clock_timestamp() - make_interval(secs => %s)
"""


@dataclass
class Patience:
    """How long the present request waits yet.

    Attributes:
        each: seconds for one answer, or one part of it.
        left: seconds for all that are still to come.
    """

    each: float
    left: float

    @property
    def bound(self) -> float:
        """Seconds for the next wait."""
        return max(0.0, min(self.each, self.left))


_patience: ContextVar[Patience | None] = ContextVar("patience", default=None)


def begin() -> None:
    """From here on a request waits with bounds."""
    _patience.set(Patience(SECONDS, SECONDS_IN_ALL))


def end(_error: BaseException | None) -> None:
    """The request is over."""
    _patience.set(None)


class Connection(prepared.Connection):
    """A connection on which a request does not wait for ever."""

    def wait(
        self,
        gen: Generator[Any, Any, Result],
        interval: float = 0.1,
        timeout: float | None = None,
    ) -> Result:
        """As the driver waits. Raises OperationalError when it was too long; then it is closed."""
        patience = _patience.get() if timeout is None else None
        if patience is None:
            return super().wait(gen, interval, timeout)
        since = monotonic()
        try:
            return super().wait(gen, interval, patience.bound)
        except _WaitTimeout:
            _patience.set(Patience(SECONDS_ONCE_IN_VAIN, SECONDS_AT_LAST))
            self._give_up()
            raise
        finally:
            patience.left -= monotonic() - since

    def _give_up(self) -> None:
        """Have the server stop, if it hears; what became of the transaction nobody knows."""
        known: dict[str, Any] = self.info.get_parameters() | LINE_TO_END
        known["password"] = self.info.password
        gone_on = self.info.backend_pid
        with suppress(psycopg.Error):
            self.cancel_safe(timeout=SECONDS_ONCE_IN_VAIN)
        self.pgconn.finish()
        with suppress(psycopg.Error), psycopg.connect(**known, autocommit=True) as another:
            another.execute(END, [gone_on, SECONDS_ONCE_IN_VAIN])


def connect(_dialect: Any, _record: Any, arguments: Any, named: Any) -> psycopg.Connection[Any]:
    """For an engine's `do_connect`. Raises NotOurSettings, and then there is no connection."""
    made = Connection.connect(*arguments, **{**named, "autocommit": True})
    try:
        settings.check(made)
    except psycopg.Error:
        made.close()
        raise
    made.autocommit = False
    return made
