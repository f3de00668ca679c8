"""No day is written that the portal could not read: not without end, not beyond Python's calendar.

The kind: a row that any statement may write, and that every page and every background job that
comes by it stops at.
"""

from collections.abc import Iterator
from zoneinfo import available_timezones

import psycopg
import pytest

from tests.support.databases import clone
from tests.tenancy.stage import Stage, staged

pytestmark = pytest.mark.database

# Stamped by a trigger, whatever is said: see `test_a_row_tells_the_truth.py`.
WRITABLE = """
SELECT c.relname, a.attname FROM pg_class c
JOIN pg_attribute a ON a.attrelid = c.oid
  AND a.atttypid IN ('date'::regtype, 'timestamptz'::regtype)
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
  AND a.attname <> 'updated_at'
  AND (a.attname <> 'created_at' OR EXISTS (
    SELECT FROM pg_trigger t WHERE t.tgrelid = c.oid AND t.tgname = 'stamp_new' AND t.tgnargs = 1))
  AND (has_column_privilege('portal_app', c.oid, a.attnum, 'INSERT')
       OR has_column_privilege('portal_app', c.oid, a.attnum, 'UPDATE'))
ORDER BY 1, 2
"""
# PostgreSQL reads them all.
NO_NAMES = ("America/new_york", "AMERICA/New_York", "Abc/3", "UTC/-5", "A_/5/5", "Etc/gmt+3")
BEYOND = ("infinity", "-infinity", "10193-01-01", "0044-03-15 BC")


@pytest.fixture(scope="module")
def stage(server) -> Iterator[Stage]:
    with clone(server, "days") as database, staged(database) as made:
        made.connection.execute("RESET SESSION AUTHORIZATION")
        yield made


def is_refused(stage: Stage, table: str, column: str, day: str) -> bool:
    try:
        written = stage.past_triggers(f"UPDATE {table} SET {column} = '{day}'")
    except psycopg.errors.ForeignKeyViolation:
        return False
    return written is None or (written == 0 and _is_checked(stage, table, column))


def _is_checked(stage: Stage, table: str, column: str) -> bool:
    """A table without a row has the constraint at least."""
    asked = "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = %s"
    [said] = stage.connection.execute(asked, [f"ck_{table}_calendar"]).fetchone() or [""]
    return f"({column} " in said


@pytest.mark.parametrize("day", BEYOND)
def test_no_day_beyond_the_calendar_is_written(stage: Stage, day: str) -> None:
    columns = stage.connection.execute(WRITABLE).fetchall()
    assert len(columns) > 50
    taken = [where for where in columns if not is_refused(stage, *where, day)]
    assert taken == []


@pytest.mark.parametrize("zone", NO_NAMES)
@pytest.mark.parametrize("table", ["facilities", "tenants"])
def test_no_time_zone_is_written_that_python_does_not_know(stage: Stage, table: str, zone: str):
    written = f"UPDATE {table} SET timezone = %s"
    with pytest.raises(psycopg.errors.CheckViolation), stage.connection.transaction():
        stage.connection.execute(written, [zone])


def test_python_knows_every_time_zone_that_may_be_written(stage: Stage):
    # A system's own files may have each once more, below `posix`; those are not taken.
    zones = {name for (name,) in stage.connection.execute("SELECT name FROM pg_timezone_names")}
    assert {name for name in zones if "/" in name and name[0].isupper()} <= available_timezones()
    assert not stage.one("SELECT known_time_zone(%s)", "posix/Europe/Vienna")
    for zone in ("UTC", "America/Chicago", "Asia/Kathmandu", "America/Argentina/Buenos_Aires"):
        assert stage.one("SELECT known_time_zone(%s)", zone)
