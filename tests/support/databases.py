"""Databases for tests: one server a run, one migrated template on it, and clones of that."""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import flask_migrate
import psycopg
from flask import Flask
from psycopg import sql
from sqlalchemy import Engine

from portal import database_roles
from portal.app import create_app
from portal.config import ROOT, Config
from portal.db import db
from portal.embedded import EmbeddedServer, alone
from tests.support.machine import need

KEY = bytes(range(32))
TEMPLATE = "portal_template"
# What a test run writes need not survive a power cut. And no table is counted while a test has it
# filled and others see it empty: what is then planned for none would take minutes of many.
HASTY = {
    "fsync": "off", "full_page_writes": "off", "synchronous_commit": "off", "autovacuum": "off",
}  # fmt: skip


@dataclass(frozen=True)
class Database:
    """One database on the test server."""

    server: EmbeddedServer
    name: str
    _apps: list[Flask] = field(default_factory=list)
    _engines: list[Engine] = field(default_factory=list)

    def url(self, role: str = "app") -> str:
        """The libpq URL for app, owner, worker or admin."""
        return self.server.url(role, self.name)

    def config(self, **changed: Any) -> Config:
        """Settings under which an application works on this database."""
        usual = Config(
            production=False,
            instance=self.server.folder / "instance",
            database_url=self.url("app"),
            owner_url=self.url("owner"),
            worker_url=self.url("worker"),
            key=KEY,
            secret_key="only for tests: 0123456789abcdef",
            secure_cookies=False,
            now=None,
            smtp_url=None,
        )
        return replace(usual, **changed)

    def app(self, **changed: Any) -> Flask:
        """A new application on this database, in which errors surface."""
        app = create_app(self.config(**changed))
        app.config.update(TESTING=True, SERVER_NAME="localhost")
        self._apps.append(app)
        return app

    def kept(self, make: Callable[["Database"], Engine]) -> Engine:
        """The engine that is kept on this database, made when it is first asked for."""
        if not self._engines:
            self._engines.append(make(self))
        return self._engines[0]

    def close(self) -> None:
        """Close the connections of the applications and the engine made here."""
        for engine in self._engines:
            engine.dispose()
        for app in self._apps:
            with app.app_context():
                for engine in db.engines.values():
                    engine.dispose()

    def connect(self, role: str = "app") -> psycopg.Connection:
        """A connection of its own, without SQLAlchemy."""
        return psycopg.connect(self.url(role))


def start_server(folder: Path, version: int, **settings: str) -> EmbeddedServer:
    """This run's server, started by whichever test process needs it first, template and all.

    Args:
        folder: where it lies.
        version: 15 or 18.
        settings: what it is told, before `HASTY` (fsync="on").
    """
    server = _server(folder, version, settings)
    folder.mkdir(parents=True, exist_ok=True)
    with alone(folder):
        server.start()
    keep_template(server, TEMPLATE, "template1", _migrated)
    return server


def stop_server(folder: Path) -> None:
    """Stop the run's server if any test started it."""
    for kept in folder.glob("*/data"):
        _server(kept.parent, int(kept.parent.name)).stop()


@contextmanager
def clone(server: EmbeddedServer, name: str, template: str = TEMPLATE) -> Iterator[Database]:
    """A copy of the template that exists while the block runs, for this test process alone."""
    name = mine(name)
    _copy(server, name, template)
    with _admin(server) as admin:
        give = sql.SQL("ALTER DATABASE {} OWNER TO {}")
        admin.execute(
            give.format(sql.Identifier(name), sql.Identifier(database_roles.NAMES["owner"]))
        )
        database_roles.guard_database(admin, name)
    database = Database(server, name)
    try:
        yield database
    finally:
        database.close()
        with _admin(server) as admin:
            drop = sql.SQL("DROP DATABASE {} WITH (FORCE)")
            admin.execute(drop.format(sql.Identifier(name)))


def keep_template(
    server: EmbeddedServer, name: str, before: str, furnish: Callable[[Database], None]
) -> None:
    """Keep a database to be cloned, made by whichever test process needs it first.

    Args:
        server: where.
        name: its name, which it gets when it is whole.
        before: what it is a copy of at first.
        furnish: what makes the copy what it is to be.
    """
    with alone(server.folder):
        if _exists(server, name):
            return
        draft = Database(server, f"{name}_draft")
        _copy(server, draft.name, before)
        furnish(draft)
        draft.close()
        with _admin(server) as admin:
            rename = sql.SQL("ALTER DATABASE {} RENAME TO {}")
            admin.execute(rename.format(sql.Identifier(draft.name), sql.Identifier(name)))


def mine(name: str) -> str:
    """A database's name that no test process beside this one uses."""
    return f"{name}_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"


@contextmanager
def empty(server: EmbeddedServer, name: str) -> Iterator[Database]:
    """A prepared database without any migration, while the block runs."""
    with clone(server, name, "template0") as database:
        database_roles.prepare(server.url("admin", "postgres"), database.name, {})
        yield database


def migrate(app: Flask, to: str = "head") -> None:
    """What `flask db upgrade`, `downgrade base` or `downgrade -1` does, as the owner."""
    with app.app_context():
        act = flask_migrate.downgrade if to in ("base", "-1") else flask_migrate.upgrade
        act(directory=str(ROOT / "migrations"), revision=to)


def _server(
    folder: Path, version: int, settings: Mapping[str, str] | None = None
) -> EmbeddedServer:
    told = {**HASTY, **(settings or {})}
    if version == 18:
        return EmbeddedServer(folder, settings=told)
    binaries = need("postgresql-15").parent
    return EmbeddedServer(folder, binaries=binaries, initdb=("--locale=C.UTF-8",), settings=told)


def _migrated(draft: Database) -> None:
    database_roles.prepare(draft.server.url("admin", "postgres"), draft.name, {})
    migrate(draft.app())


def _copy(server: EmbeddedServer, name: str, template: str) -> None:
    with _admin(server) as admin:
        make = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy")
        admin.execute(make.format(sql.Identifier(name), sql.Identifier(template)))


def _exists(server: EmbeddedServer, name: str) -> bool:
    with _admin(server) as admin:
        query = "SELECT 1 FROM pg_database WHERE datname = %s"
        return admin.execute(query, [name]).fetchone() is not None


def _admin(server: EmbeddedServer) -> psycopg.Connection:
    return psycopg.connect(server.url("admin", "postgres"), autocommit=True)
