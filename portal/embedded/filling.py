"""Filling an empty database, which takes minutes: done to its end, or begun again by the next."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from portal.embedded.server import EmbeddedServer


@contextmanager
def filling(servers: list[EmbeddedServer]) -> Iterator[None]:
    """Mark the servers' databases while the block runs; an error leaves the mark.

    The mark is locked meanwhile, and the kernel lets go of that whatever ends the process.
    """
    marks = [_mark(server) for server in servers]
    files = [mark.open("w") for mark in marks]
    for file in files:
        fcntl.flock(file, fcntl.LOCK_EX)
    try:
        yield
        for mark in marks:
            mark.unlink()
    finally:
        for file in files:
            file.close()


def empty_what_was_cut_off(server: EmbeddedServer) -> bool:
    """Whether the filling of its database was cut off, so that it was emptied.

    Somebody who is filling it now is waited for.
    """
    try:
        file = _mark(server).open()
    except FileNotFoundError:
        return False
    with file:
        fcntl.flock(file, fcntl.LOCK_EX)
        cut_off = _mark(server).exists()
        if cut_off:
            server.empty()
            _mark(server).unlink()
    return cut_off


def _mark(server: EmbeddedServer) -> Path:
    return server.folder / "unfinished"
