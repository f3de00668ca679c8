import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import flask_migrate
import psycopg
import pytest
from alembic.script import ScriptDirectory

from portal.config import ROOT
from portal.embedded import EmbeddedServer
from tests.support.databases import Database, empty, migrate

pytestmark = pytest.mark.database

LEFT_BEHIND = """
    SELECT relkind::text || ' ' || relname FROM pg_class
     WHERE relnamespace = 'public'::regnamespace AND relname NOT LIKE 'alembic_version%'
    UNION ALL
    SELECT 'function ' || proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace
    UNION ALL
    SELECT 'type ' || typname FROM pg_type
     WHERE typnamespace = 'public'::regnamespace AND typname NOT LIKE '%alembic_version'
"""


@pytest.fixture
def bare(server: EmbeddedServer) -> Iterator[Database]:
    with empty(server, "migrating") as made:
        yield made


def test_up_down_and_up_again_leaves_the_same_schema(bare: Database) -> None:
    app = bare.app()
    migrate(app)
    first = dump(bare)
    migrate(app, "base")
    assert left_behind(bare) == []
    migrate(app)
    assert dump(bare) == first


def test_the_models_match_the_migrated_database(own_database: Database) -> None:
    with own_database.app().app_context():
        flask_migrate.check(directory=str(ROOT / "migrations"))


def test_migrations_are_one_numbered_chain() -> None:
    chain = list(ScriptDirectory(str(ROOT / "migrations")).walk_revisions())
    numbers = [script.revision for script in reversed(chain)]
    assert numbers == [f"{n:04}" for n in range(1, len(numbers) + 1)]
    names = [Path(script.path).name for script in chain]
    assert [name for name in names if not re.match(r"\d{4}_[a-z_]+\.py$", name)] == []


def test_squawk_finds_nothing_in_the_sql(
    own_database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    with own_database.app().app_context():
        flask_migrate.upgrade(directory=str(ROOT / "migrations"), sql=True)
    statements = capsys.readouterr().out
    command = [str(Path(sys.executable).with_name("squawk")), "--stdin-filepath", "migrations.sql"]
    found = subprocess.run(command, cwd=ROOT, input=statements, capture_output=True, text=True)
    assert found.returncode == 0, found.stdout + found.stderr


def dump(database: Database) -> str:
    """The schema as pg_dump writes it; a fixed key in place of its random one."""
    program = str(database.server.binaries / "pg_dump")
    command = [program, "--schema-only", "--restrict-key=fixed", database.url("admin")]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def left_behind(database: Database) -> list[str]:
    with psycopg.connect(database.url("admin")) as connection:
        return [name for (name,) in connection.execute(LEFT_BEHIND)]
