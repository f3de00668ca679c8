"""A log of two clinics with three seals, in a database of the test's own, to be tampered with."""

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import pytest

from portal.audit import checkpoints, commands, seals
from portal.audit.seal_store import SealStore
from portal.audit.verification import Report, verify
from portal.db import db
from portal.embedded import EmbeddedServer
from portal.tenancy.context import as_worker
from tests.support.databases import Database, clone, start_server, stop_server
from tests.support.folders import new_folder

NOTE = "SELECT audit_note(%s, 'doctors', %s, NULL, 'done', %s, NULL, %s)"
SECONDS = 90


@dataclass
class Log:
    """The log, its office, and an administrator who can do anything to it."""

    database: Database
    store: SealStore
    admin: psycopg.Connection
    tenants: dict[str, int] = field(default_factory=dict)

    def write(self, slug: str, count: int = 1, reason: str = "tea — naïve") -> list[int]:
        """So many entries of a clinic, in one transaction; their ids."""
        before = self.ids(slug)
        with self.database.connect("worker") as worker:
            worker.execute("SELECT enter_job(%s, 'tests')", [self.tenants[slug]])
            for number in range(count):
                new = psycopg.types.json.Jsonb({"b": number, "aa": [1.50, None], "é": "🩺"})
                worker.execute(NOTE, ["doctors.look", number, reason, new])
        return [each for each in self.ids(slug) if each not in before]

    def ids(self, slug: str) -> list[int]:
        """The clinic's entries, oldest first."""
        query = "SELECT id FROM user_action_audit_log WHERE tenant_id = %s ORDER BY id"
        return [each for (each,) in self.admin.execute(query, [self.tenants[slug]])]

    def seal(self) -> seals.Seal:
        """One seal over everything, once no transaction on the server holds it up."""
        (now,) = self.admin.execute("SELECT pg_current_xact_id()").fetchone()
        ended = "SELECT pg_snapshot_xmin(pg_current_snapshot()) > %s::text::xid8"
        deadline = time.monotonic() + SECONDS
        while not self.admin.execute(ended, [now]).fetchone()[0]:
            assert time.monotonic() < deadline, "another transaction goes on and on"
            time.sleep(0.02)
        return commands.seal(self.store)

    def verify(self, *, with_heads: bool = True) -> Report:
        """What `audit verify` finds."""
        return verify(checkpoints.read(self.store.checkpoints) if with_heads else None)

    def tamper(self, statement: str, *values: Any) -> None:
        """As a superuser, past row security and every grant."""
        assert self.admin.execute(statement, values).rowcount != 0

    def last(self) -> seals.Seal:
        """The newest seal."""
        with as_worker():
            found = seals.last_seal()
        assert found is not None
        return found


@contextmanager
def working_on(database: Database) -> Iterator[psycopg.Connection]:
    """An application on the database and an administrator's connection, both closed at the end."""
    with (
        database.app().app_context(),
        psycopg.connect(database.url("admin"), autocommit=True) as admin,
    ):
        try:
            yield admin
        finally:
            db.session.remove()
            for engine in db.engines.values():
                engine.dispose()


@pytest.fixture(scope="session")
def quiet_server(request) -> Iterator[EmbeddedServer]:
    """A server for these tests alone: on the run's, other tests' transactions hold seals up."""
    version = request.config.getoption("--pg")
    folder = new_folder("tests-quiet")
    yield start_server(folder / str(version), version)
    stop_server(folder)
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def sealed(quiet_server: EmbeddedServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Log]:
    """Seals 1 (an epoch), 2 and 3; each of two clinics has eight entries under 2 and under 3."""
    name = f"audit_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
    with clone(quiet_server, name) as database:
        with working_on(database) as admin:
            made = Log(database, SealStore(tmp_path_factory.mktemp("office") / "seals"), admin)
            with database.connect("worker") as worker:
                for slug in ("alder", "birch"):
                    create = "SELECT create_tenant(%s, %s, 'Europe/London', 'en', '{}')"
                    made.tenants[slug] = worker.execute(create, [slug, slug]).fetchone()[0]
            made.seal()
            for _ in range(2):
                for slug in made.tenants:
                    made.write(slug, 8)
                made.seal()
        yield made


@pytest.fixture
def log(quiet_server: EmbeddedServer, sealed: Log, tmp_path: Path) -> Iterator[Log]:
    """A copy of the sealed log, and of its office, for this test alone."""
    store = SealStore(tmp_path / "seals")
    shutil.copytree(sealed.store.folder, store.folder)
    name = f"{sealed.database.name}_{next(_numbers)}"
    with clone(quiet_server, name, sealed.database.name) as database, working_on(database) as admin:
        yield Log(database, store, admin, sealed.tenants)


_numbers = count()


@pytest.fixture
def old_month(log: Log) -> datetime:
    """A month of seven years ago, with its partition."""
    month = datetime.now(UTC).date().replace(day=1)
    month = month.replace(year=month.year - 7)
    log.tamper("SELECT audit_partitions(%s, 1)", month)
    return datetime(month.year, month.month, 15, 12, tzinfo=UTC)
