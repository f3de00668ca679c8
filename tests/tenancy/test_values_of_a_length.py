"""No value is so long that who reads it cannot hold it.

The kind: a column without a bound. A statement leaves in it what is a few megabytes on the disk and
hundreds once it is read; every page that shows it, and every job that comes by it, holds them all,
in a process that works for the other clinics too.
"""

from collections.abc import Iterator

import pytest

from tests.support.databases import clone
from tests.tenancy.stage import Stage, staged

pytestmark = pytest.mark.database

# Of what may be of any length. Lists of numbers stand in an entry, which is bounded (0071).
WRITABLE = """
SELECT c.relname, a.attname, format_type(a.atttypid, NULL) FROM pg_class c
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attgenerated = ''
  AND a.atttypid IN ('text'::regtype, 'jsonb'::regtype, 'bytea'::regtype)
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
  AND (has_column_privilege('portal_app', c.oid, a.attnum, 'INSERT')
       OR has_column_privilege('portal_app', c.oid, a.attnum, 'UPDATE'))
ORDER BY 1, 2
"""
# Ten pages of text; of an act the rows before it, of a file what is wrong in each of its lines.
MOST = 200_000
LONGER = {("appointment_acts", "before"): 2_000_000, ("uploads", "report"): 30_000_000}
VALUES = {
    "text": "repeat('x', {})",
    "jsonb": "jsonb_build_object('lines', repeat('x', {}))",
    "bytea": "convert_to(repeat('x', {}), 'UTF8')",
}


@pytest.fixture(scope="module")
def stage(server) -> Iterator[Stage]:
    with clone(server, "lengths") as database, staged(database) as made:
        made.connection.execute("RESET SESSION AUTHORIZATION")
        yield made


def is_refused(stage: Stage, table: str, column: str, kind: str) -> bool:
    """Whether a CHECK refuses it, whatever triggers would say of it."""
    value = VALUES[kind].format(LONGER.get((table, column), MOST))
    written = stage.past_triggers(f"UPDATE {table} SET {column} = {value}")
    return written is None or (written == 0 and _is_checked(stage, table, column))


def _is_checked(stage: Stage, table: str, column: str) -> bool:
    """A table without a row has the constraint at least."""
    asked = (
        "SELECT string_agg(pg_get_constraintdef(oid), ' ') FROM pg_constraint"
        " WHERE conrelid = %s::regclass AND contype = 'c'"
    )
    [said] = stage.connection.execute(asked, [table]).fetchone() or [""]
    return f"octet_length({column}" in said or f"octet_length(({column}" in said


def test_no_value_is_longer_than_who_reads_it_can_hold(stage: Stage) -> None:
    columns = stage.connection.execute(WRITABLE).fetchall()
    assert len(columns) > 80
    assert [where for where in columns if not is_refused(stage, *where)] == []
