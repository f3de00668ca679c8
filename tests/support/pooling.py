"""PgBouncer in transaction mode in front of a test database: Debian's package."""

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import psycopg

from portal.embedded.account import give, let_through, run_as
from tests.support.databases import Database
from tests.support.machine import need
from tests.support.serving import free_port

SECONDS_TO_ANSWER = 10
SETTINGS = """
[databases]
{name} = host={socket} dbname={name}

[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = {folder}/people.txt
pool_mode = transaction
server_reset_query = DISCARD ALL
server_reset_query_always = 1
default_pool_size = {size}
max_client_conn = 200
ignore_startup_parameters = options
logfile = {folder}/pgbouncer.log
"""


@dataclass(frozen=True)
class Pooler:
    """A running PgBouncer: where it listens, and whose connections it shares out."""

    database: Database
    port: int

    def url(self, role: str) -> str:
        """The libpq URL for app or worker, through the pooler."""
        direct = urlsplit(self.database.url(role))
        return (
            f"postgresql://{direct.username}:{direct.password}@127.0.0.1:{self.port}{direct.path}"
        )


@contextmanager
def pooled(database: Database, folder: Path, *, size: int) -> Iterator[Pooler]:
    """Share so many connections of each role among all clients while the block runs."""
    program = need("pgbouncer")
    pooler = Pooler(database, free_port())
    folder.mkdir()
    give(folder)
    settings = folder / "pgbouncer.ini"
    direct = urlsplit(database.url("app"))
    (socket,) = parse_qs(direct.query)["host"]
    settings.write_text(
        SETTINGS.format(
            name=database.name, socket=socket, port=pooler.port, folder=folder, size=size
        )
    )
    people = folder / "people.txt"
    known = (urlsplit(database.url(role)) for role in ("app", "worker"))
    people.write_text("".join(f'"{each.username}" "{each.password}"\n' for each in known))
    people.chmod(0o400)
    for file in (settings, people):
        give(file)
    let_through(settings)
    process = subprocess.Popen(
        [program, "-q", settings],
        cwd="/",
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        **run_as(),
    )
    try:
        _wait(pooler, process, folder / "pgbouncer.log")
        yield pooler
    finally:
        process.terminate()
        process.wait(10)


def _wait(pooler: Pooler, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + SECONDS_TO_ANSWER
    while time.monotonic() < deadline and process.poll() is None:
        try:
            psycopg.connect(pooler.url("app")).close()
        except psycopg.OperationalError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError(f"PgBouncer did not answer: {log.read_text()}")
