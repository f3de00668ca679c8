"""A role may change its own password, by an injected statement too: that is told, and mended.

The fault's kind: what is there goes on and what is new fails, so that all looks well until the
last line to the database is gone. PostgreSQL lets every role do it.
"""

import shutil
from collections.abc import Iterator
from unittest.mock import Mock

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from portal import waiting
from portal.db import db, session
from portal.embedded import EmbeddedServer
from tests.support.databases import HASTY, Database
from tests.support.folders import new_folder

pytestmark = pytest.mark.database

EVIL = text("ALTER ROLE portal_app PASSWORD 'somebody else has it'")


@pytest.fixture
def server_of_its_own(server: EmbeddedServer) -> Iterator[EmbeddedServer]:
    """Roles are the whole server's."""
    instance = new_folder("password")
    binaries, initdb = server.binaries, server._initdb
    made = EmbeddedServer(instance / "pg", binaries=binaries, initdb=initdb, settings=HASTY)
    made.start()
    yield made
    made.stop()
    shutil.rmtree(instance)


@pytest.fixture
def app(server_of_its_own: EmbeddedServer) -> Iterator[Flask]:
    database = Database(server_of_its_own, "portal")
    app = database.app(instance=server_of_its_own.folder.parent)
    with app.app_context():
        yield app
    database.close()


def can_log_in(app: Flask) -> bool:
    """What /readyz says, asked without delay."""
    answer = app.test_client().get("/readyz")
    assert answer.status_code == 503, "the worker does not run"
    return answer.json["login"]


def test_readyz_tells_it_and_prepare_mends_it(app, server_of_its_own, capsys, monkeypatch):
    monkeypatch.setattr("portal.probes.readiness.SECONDS_BETWEEN_LOGINS", 0)
    monkeypatch.setattr("portal.probes.readiness.SECONDS_AFTER_A_REFUSAL", 0)
    assert can_log_in(app)
    session.execute(EVIL)
    session.commit()
    assert not can_log_in(app)
    assert "run `flask database prepare`" in capsys.readouterr().err
    session.remove()
    db.engine.dispose()
    with pytest.raises(OperationalError, match="password authentication failed"):
        session.connection()
    monkeypatch.setattr("portal.cli.database.ensure_running", lambda _folder: server_of_its_own)
    mended = app.test_cli_runner().invoke(args=["database", "prepare"])
    assert mended.exit_code == 0, mended.output
    assert can_log_in(app)


def test_a_process_logs_in_once_a_minute_however_often_it_is_asked(app, monkeypatch):
    tried = Mock(side_effect=waiting.Connection.connect)
    monkeypatch.setattr(waiting.Connection, "connect", tried)
    for _ in range(5):
        assert can_log_in(app)
    assert tried.call_count == 2, "the line that the questions go by, and the one try"
    session.execute(EVIL)
    session.commit()
    app.extensions["portal_login"].again()
    for _ in range(5):
        assert not can_log_in(app)
    assert tried.call_count == 3
