"""The PostgreSQL that comes with pip: a server of one's own under a folder, for demos and tests."""

import atexit
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from portal.embedded import filling
from portal.embedded.server import EmbeddedServer

__all__ = ["EmbeddedServer", "alone", "begun_again", "ensure_running", "restarted", "to_the_end"]

_in_use: dict[Path, EmbeddedServer] = {}


def ensure_running(instance: Path) -> EmbeddedServer:
    """The instance folder's server, started if it is down; it stops with its last user.

    Every process that uses the server holds a shared lock, which the kernel lets go whatever ends
    the process. A server that nobody stopped is found running, or started again, by the next.

    Args:
        instance: the instance folder; the server's files are under `pg` in it.

    Raises:
        RuntimeError: PostgreSQL could not be started; the message holds what it said.
    """
    folder = instance.resolve() / "pg"
    if folder not in _in_use:
        server = EmbeddedServer(folder)
        folder.mkdir(parents=True, exist_ok=True)
        with alone(folder):
            users = os.open(folder / "users.lock", os.O_RDWR | os.O_CREAT, 0o600)
            fcntl.flock(users, fcntl.LOCK_SH)
            server.start()
        _in_use[folder] = server
        atexit.register(_leave, server, users, os.getpid())
    return _in_use[folder]


def restarted() -> bool:
    """Start again the server that this process uses, if it has ended; whether it had."""
    down = [server for server in _in_use.values() if not server.is_running()]
    for server in down:
        with alone(server.folder):
            server.start()
    return bool(down)


@contextmanager
def to_the_end() -> Iterator[None]:
    """Fill the empty database that this process uses; cut off, the next start begins again."""
    with filling.filling([*_in_use.values()]):
        yield


def begun_again() -> bool:
    """Empty the database that this process uses, if filling it was cut off; whether it was."""
    emptied = [server for server in _in_use.values() if filling.empty_what_was_cut_off(server)]
    return bool(emptied)


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """One process at a time does what is inside: start the folder's server, stop it, ..."""
    with (folder / "starting.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _leave(server: EmbeddedServer, users: int, pid: int) -> None:
    if os.getpid() != pid:  # a forked child ends; its parent still needs the server
        return
    with alone(server.folder):
        fcntl.flock(users, fcntl.LOCK_UN)
        try:
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        server.stop()
