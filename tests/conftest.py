"""The server, the databases, the application and the transaction that tests share."""

import os
import shutil
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from flask import Flask
from hypothesis import HealthCheck, settings
from sqlalchemy.orm import Session, scoped_session

from portal.db import db
from portal.embedded import EmbeddedServer
from tests.support import sizes
from tests.support.databases import Database, clone, start_server, stop_server
from tests.support.folders import new_folder
from tests.support.transactions import apart, one_transaction

pytest_plugins = ["tests.support.people", "tests.support.client", "tests.support.furnished"]

FOLDER = "PORTAL_TEST_FOLDER"

# No test asserts a time, and a busy machine is a slow one.
settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--pg",
        type=int,
        choices=(15, 18),
        default=18,
        help="the PostgreSQL to test on; 15 runs only the tests marked `database`",
    )
    parser.addoption(
        "--load-seconds",
        type=int,
        default=4,
        help="how long twelve writers trouble the audit log's sealer",
    )
    parser.addoption(
        "--pooled-requests",
        type=int,
        default=sizes.sized(400, 400, ci=200),
        help="how many requests of both clinics share the pooler's connections",
    )

    parser.addoption(
        "--full",
        action="store_true",
        help="try as much as proves a promise, not only as much as every change needs",
    )


def pytest_configure(config: pytest.Config) -> None:
    sizes.choose(full=config.getoption("--full"))
    if not hasattr(config, "workerinput"):
        os.environ[FOLDER] = str(new_folder("tests"))


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        folder = Path(os.environ[FOLDER])
        stop_server(folder)
        shutil.rmtree(folder)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--pg") != 18:
        chosen = [item for item in items if item.get_closest_marker("database")]
        config.hook.pytest_deselected(items=[item for item in items if item not in chosen])
        items[:] = chosen
    sizes.begin_with_the_longest(items)


@pytest.fixture(scope="module")
def instances() -> Iterator[Path]:
    """A folder for instance folders; their servers are surely stopped at the end."""
    made = new_folder("tests")
    yield made
    for cluster in made.glob("*/pg"):
        EmbeddedServer(cluster).stop()
    shutil.rmtree(made)


@pytest.fixture(scope="session")
def server(request: pytest.FixtureRequest) -> EmbeddedServer:
    """The run's PostgreSQL, with a migrated template database."""
    version = request.config.getoption("--pg")
    return start_server(Path(os.environ[FOLDER]) / str(version), version)


@pytest.fixture(scope="session")
def database(server: EmbeddedServer) -> Iterator[Database]:
    """This test process's own clone; tests leave nothing in it."""
    with clone(server, "portal") as made:
        yield made


@pytest.fixture(scope="session")
def shared_app(database: Database) -> Flask:
    """One application a test process; use `app`."""
    app = database.app()
    app.wsgi_app = apart(app.wsgi_app)
    return app


@pytest.fixture
def app(shared_app: Flask, begun: Database) -> Iterator[Flask]:
    """The application; what it commits is rolled back after the test."""
    shared_app.extensions.pop("portal_keys", None)  # another database's clinics have the same ids
    with one_transaction(shared_app, begun):
        yield shared_app


@pytest.fixture
def session(app: Flask) -> scoped_session[Session]:
    """The test's own database session: as `portal_app`, no tenant entered."""
    return db.session


_numbers = count()


@pytest.fixture
def own_database(server: EmbeddedServer) -> Iterator[Database]:
    """A clone for this test alone, which really commits: for races and triggers."""
    with clone(server, f"own_{next(_numbers)}") as made:
        yield made
