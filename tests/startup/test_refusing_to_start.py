import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from portal import startup
from portal.app import create_app
from portal.config import ROOT, Config, ConfigError
from portal.embedded import EmbeddedServer
from tests.support.databases import HASTY, Database, empty

pytestmark = pytest.mark.database


def refusal(database: Database, change: Callable[[Config], Config]) -> str:
    """What start-up says under changed settings."""
    app = create_app(change(database.config()))
    with app.app_context(), pytest.raises(ConfigError) as refused:
        startup.require_ready()
    return str(refused.value)


def test_a_ready_database_is_accepted(own_database: Database) -> None:
    with own_database.app().app_context():
        startup.require_ready()


def test_a_wrong_key_is_refused(own_database: Database) -> None:
    said = refusal(own_database, lambda config: replace(config, key=bytes(32)))
    assert said == "the key is not the one that this database was set up with."


def test_a_superuser_is_refused(own_database: Database) -> None:
    url = own_database.url("admin")
    said = refusal(own_database, lambda config: replace(config, database_url=url))
    assert said == "the role postgres is a superuser or bypasses row security."


def test_the_owner_is_refused(own_database: Database) -> None:
    url = own_database.url("owner")
    said = refusal(own_database, lambda config: replace(config, worker_url=url))
    assert said == "the role portal_owner owns the schema or can become its owner."


def test_a_database_out_of_date_is_refused(server: EmbeddedServer) -> None:
    with empty(server, "never_migrated") as database:
        said = refusal(database, lambda config: config)
    assert said == "the database is not migrated to this version: run `flask db upgrade`."


def test_an_old_server_is_refused(own_database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(startup, "OLDEST_SERVER", 99)
    said = refusal(own_database, lambda config: config)
    assert "is too old: 99 is the oldest." in said


def test_a_database_that_is_not_there_is_refused(own_database: Database) -> None:
    url = own_database.url("app").replace("/own_", "/gone_")
    said = refusal(own_database, lambda config: replace(config, database_url=url))
    assert said.startswith("the database does not answer: ")


def test_production_refuses_a_database_that_forgets(own_database: Database) -> None:
    said = refusal(own_database, lambda config: replace(config, durable=True))
    assert said.startswith("the database may lose what it acknowledged: fsync, full_page_writes is")


def test_a_database_that_keeps_prepared_transactions_is_refused(tmp_path: Path) -> None:
    """What the web role prepares stays when its session is gone, and all others wait for it."""
    server = EmbeddedServer(tmp_path / "pg", settings={**HASTY, "max_prepared_transactions": "1"})
    server.start()
    try:
        with empty(server, "two_phases") as database:
            said = refusal(database, lambda config: config)
    finally:
        server.stop()
    assert said.endswith("whose locks nothing ends: set max_prepared_transactions to 0.")


def test_the_process_ends_with_one_line_and_code_1(own_database: Database) -> None:
    ended = start(own_database, DATABASE_URL=own_database.url("admin"))
    assert ended.returncode == 1
    line = "portal: the role postgres is a superuser or bypasses row security.\n"
    assert (ended.stdout, ended.stderr) == ("", line)


def test_a_wrong_setting_ends_it_the_same_way(own_database: Database) -> None:
    ended = start(own_database, PORTAL_ENV="testing")
    assert ended.returncode == 1
    assert ended.stderr == "portal: PORTAL_ENV is 'testing'; it can be development or production.\n"


def start(database: Database, **environ: str) -> subprocess.CompletedProcess[str]:
    """Load the application as a server does."""
    instance = {"PORTAL_INSTANCE": str(database.config().instance)}
    return subprocess.run(
        [sys.executable, "wsgi.py"],
        cwd=ROOT,
        env={**os.environ, **instance, **environ},
        capture_output=True,
        text=True,
    )
