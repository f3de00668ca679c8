"""The schema changes while staff book: nobody is told of a mistake, and what was said is there.

A deployment migrates first and starts the new code after, so that for a while the old code works
on the new schema. The served code is the old one here: the schema is given what a later version
might add, of every kind that migrations here make. Going back one step, and forward again, is the
way back of a deployment that failed; it is not taken where the newest step brings columns, which
the code that is served here reads, and the code that would be served then does not.
"""

import re
from pathlib import Path

import psycopg
import pytest

from tests.contention.figures import tell
from tests.contention.load import under_load
from tests.contention.stage import Stage, set_up
from tests.contention.test_killed_without_warning import booked_on
from tests.support.databases import migrate
from tests.support.serving import serving
from tests.support.sizes import patient, sized

pytestmark = pytest.mark.database

MIGRATIONS = Path(__file__).parents[2] / "migrations" / "versions"
LATER = (
    "ALTER TABLE appointments ADD COLUMN later text",
    "ALTER TABLE availability_slots ADD COLUMN later integer NOT NULL DEFAULT 1",
    "ALTER TABLE patients ADD COLUMN later text",
    "CREATE INDEX CONCURRENTLY ix_later ON appointments (tenant_id, later)",
    "ALTER TABLE appointments ADD CONSTRAINT ck_later CHECK (later <> '') NOT VALID",
    "ALTER TABLE appointments VALIDATE CONSTRAINT ck_later",
)
BACK = (
    "ALTER TABLE appointments DROP COLUMN later",
    "ALTER TABLE availability_slots DROP COLUMN later",
    "ALTER TABLE patients DROP COLUMN later",
)


@pytest.fixture
def stage(own_database, tmp_path) -> Stage:
    return set_up(own_database, tmp_path, weeks=sized(2, 8))


@patient()
def test_nobody_who_books_meets_a_mistake(stage: Stage, capsys) -> None:
    environ = stage.environment() | {"WEB_CONCURRENCY": "3"}
    with (
        serving(stage.database, stage.folder, **environ) as server,
        under_load(stage, server.address) as load,
    ):
        for _ in range(sized(1, 20)):
            for statement in (*LATER, *BACK):
                booked_on(load)
                change(stage, statement)
            for revision in () if newest_brings_columns() else ("-1", "head"):
                booked_on(load)
                migrate(stage.app, revision)
        booked_on(load)
    load.check()
    assert set(load.statuses) <= {200, 409, 503}, load.statuses
    tell(capsys, "migrated under load", booked=len(load.told), statuses=dict(load.statuses),
         longest_without_an_answer=f"{load.gap:.1f} s")  # fmt: skip


def newest_brings_columns() -> bool:
    """Whether the newest migration adds a column or a table."""
    newest = max(MIGRATIONS.glob("[0-9]*.py")).read_text()
    return re.search("ADD COLUMN|CREATE TABLE|add_column|create_table", newest) is not None


def change(stage: Stage, statement: str) -> None:
    """As the owner, alone in its transaction, or in none."""
    with psycopg.connect(stage.database.url("owner"), autocommit=True) as owner:
        owner.execute(statement)
