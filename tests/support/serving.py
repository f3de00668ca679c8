"""The production server on a database of its own: for races through HTTP, and for browsers."""

import base64
import os
import random
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

from portal.config import ROOT
from tests.support.databases import KEY, Database

SECONDS_TO_ANSWER = 90
SECONDS_TO_END = 40


@dataclass(frozen=True)
class Served:
    """A production server at work."""

    address: str
    process: "subprocess.Popen[bytes]"
    log: Path


@contextmanager
def served(database: Database, folder: Path, **environ: str) -> Iterator[str]:
    """Serve the database's portal while the block runs; gives its address.

    Args:
        database: a clone that commits (`own_database`).
        folder: for the key and the server's log; a test's `tmp_path`.
        environ: further settings, e.g. PORTAL_NOW or WEB_CONCURRENCY (2 unless given).
    """
    with serving(database, folder, **environ) as server:
        yield server.address


@contextmanager
def serving(database: Database, folder: Path, **environ: str) -> Iterator[Served]:
    """The same, for who wants more than the address."""
    told = {**environment(database, folder), **environ}
    with _at_work("gunicorn -c gunicorn.conf.py wsgi:app", told, folder) as server:
        yield server


@contextmanager
def made_to_run(database: Database, folder: Path, **environ: str) -> Iterator[Served]:
    """What `make run` serves in the instance folder that the database's server lies in."""
    instance = database.server.folder.parent
    told = {**environment(database, folder), **environ, "PORTAL_INSTANCE": str(instance)}
    told = {name: value for name, value in told.items() if not name.startswith("DATABASE_")}
    with _at_work("portal.serve", told, folder) as server:
        yield server


@contextmanager
def _at_work(module: str, environ: dict[str, str], folder: Path) -> Iterator[Served]:
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    path = folder / "server.log"
    with path.open("w") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", *module.split()],
            cwd=ROOT,
            env={**environ, "PORT": str(port)},
            stdout=log,
            stderr=log,
        )
        try:
            _wait(server, address, folder)
            yield Served(address, server, path)
        finally:
            server.terminate()
            server.wait(SECONDS_TO_END)


def environment(database: Database, folder: Path) -> dict[str, str]:
    """What a process has to be told to work on the database."""
    key = folder / "portal.key"
    if not key.exists():
        key.write_text(base64.b64encode(KEY).decode())
        key.chmod(0o400)
    return {
        **os.environ,
        "DATABASE_URL": database.url("app"),
        "DATABASE_WORKER_URL": database.url("worker"),
        "PORTAL_INSTANCE": str(folder),
        "PORTAL_KEY_FILE": str(key),
        "WEB_CONCURRENCY": "2",
    }


def _wait(server: subprocess.Popen[bytes], address: str, folder: Path) -> None:
    deadline, answer = time.monotonic() + SECONDS_TO_ANSWER, ""
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with urlopen(f"{address}/healthz"):
                return
        except HTTPError as refused:
            answer = f"{refused} {refused.read().decode()}"
        except (URLError, ConnectionError) as unheard:
            answer = str(unheard)
        time.sleep(0.05)
    said = (folder / "server.log").read_text()
    raise AssertionError(f"no server (exit code {server.poll()}, {answer}): {said}")


def free_port() -> int:
    """A port that nobody uses now, and that no outgoing connection is given meanwhile."""
    while True:
        port = random.SystemRandom().randint(20_000, 32_000)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
