"""SQL of an attacker's choice does not say when a row was made or changed, nor who changed it.

The kind: what a row says of itself is the web role's to write, beside what it is about, or hangs on
a setting that the web role can set.
"""

from collections.abc import Iterator
from uuid import uuid4

import psycopg
import pytest

from tests.support.databases import clone
from tests.tenancy.rows import values_for
from tests.tenancy.stage import Stage, staged

pytestmark = pytest.mark.database

LONG_AGO = "2001-01-01 00:00+00"
# What there is to say it with, of every table; rights may be of some columns only.
STAMPED = """
SELECT c.relname, a.attname FROM pg_class c
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname IN ('created_at', 'updated_at')
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
  AND has_column_privilege('portal_app', c.oid, a.attnum, 'UPDATE')
ORDER BY 1, 2
"""
ADDED = STAMPED.replace("UPDATE", "INSERT")
NAMED = """
SELECT a.attrelid::regclass::text FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
WHERE a.attname = 'row_uid' AND c.relkind IN ('r', 'p') AND NOT c.relispartition
"""
KEEPS = "SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'keep_row_uid'"
STAMPS = "SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'stamp_new'"
# By the clinic's clock, which in a demonstration is another than the server's.
DATED = {"patients", "patient_alerts", "patient_notes", "waitlist_entries"}
RESEALING = "SELECT set_config('portal.resealing', 'on', true)"
VERSION = "SELECT updated_by, row_version FROM appointments"


@pytest.fixture(scope="module")
def stage(server) -> Iterator[Stage]:
    with clone(server, "truth") as database, staged(database) as made:
        made.connection.commit()
        yield made


@pytest.fixture
def clinic(stage):
    """The clinic whose owner is signed in as the web application."""
    clinic = stage.clinics[0]
    stage.speak_as("app")
    stage.enter(clinic)
    yield clinic
    stage.connection.rollback()


def told(stage: Stage, statement: str, *values: object) -> list[object]:
    """What a statement says of the rows that it wrote; nothing when it is refused. Undone."""
    try:
        with stage.connection.transaction(force_rollback=True):
            stage.connection.execute(RESEALING)
            return [one for (one,) in stage.connection.execute(statement, values).fetchall()]
    except psycopg.Error:
        return []


def test_no_row_says_that_it_was_made_or_changed_at_another_time(stage, clinic):
    tried = {
        (table, column): told(stage, f"UPDATE {table} SET {column} = '{LONG_AGO}'"
                                     f" RETURNING {column} > '{LONG_AGO}'")
        for table, column in stage.connection.execute(STAMPED).fetchall()
    }  # fmt: skip
    assert [where for where, true in tried.items() if not all(true)] == []
    assert len([where for where, true in tried.items() if true]) > 40


def added(stage, clinic, table: str, column: str) -> list[object]:
    """Whether a row that is added as long ago says that it is not; nothing when it is refused."""
    unlike = {key: uuid4() for key, kind, _must in stage.tables[table].columns if kind == "uuid"}
    values = values_for(stage.tables[table], clinic) | unlike | {column: LONG_AGO}
    places = ", ".join(["%s"] * len(values))
    statement = f"INSERT INTO {table} ({', '.join(values)}) VALUES ({places})"
    return told(stage, f"{statement} RETURNING {column} > '{LONG_AGO}'", *values.values())


def test_no_row_is_added_as_older_than_it_is(stage, clinic):
    """But for what the clinic's clock dates, which people read beside the day's work."""
    tried = {
        (table, column): added(stage, clinic, table, column)
        for table, column in stage.connection.execute(ADDED).fetchall()
        if table in stage.tables
    }
    wrong = {table for (table, column), true in tried.items() if not all(true)}
    assert wrong <= DATED
    assert len([where for where, true in tried.items() if true]) > 30


def test_every_row_keeps_the_name_that_its_envelopes_are_bound_to(stage):
    """The kind: a row that takes another's name opens what is sealed for the other."""
    named = {table for (table,) in stage.connection.execute(NAMED)}
    kept = {table for (table,) in stage.connection.execute(KEEPS)}
    assert named == kept


def test_every_row_is_stamped_when_it_is_added(stage):
    """Some rows are refused above for other reasons: each table has the trigger."""
    stage.connection.execute("RESET SESSION AUTHORIZATION")
    stamped = {table for (table,) in stage.connection.execute(STAMPS).fetchall()}
    writable = {table for table, _column in stage.connection.execute(ADDED).fetchall()}
    assert writable - stamped == set()


@pytest.mark.parametrize("said", ["updated_by = NULL", "status = status"])
def test_an_appointment_says_who_changed_it_last(stage, clinic, said):
    stage.connection.execute(f"UPDATE appointments SET {said}, row_version = 999")
    [[by, version]] = stage.connection.execute(VERSION).fetchall()
    assert (by, version) == (clinic.ids["users"], 2)


@pytest.mark.parametrize("what", ["UPDATE {} SET status = 'inactive'", "UPDATE {} SET mrn = '9'"])
def test_no_entry_is_in_the_name_of_another_clinics_person(stage, clinic, what):
    """Two who sign in to one transaction have a context each, and a statement may change it."""
    mine = stage.context()
    stage.enter(stage.clinics[1])
    theirs = stage.context()
    for context, answer in ((mine, [mine]), (theirs, [])):
        stage.set_context(mine)
        written = f"{what.format('patients')} WHERE id = %s RETURNING"
        changed = f"{written} set_config('portal.context', %s, true)"
        assert told(stage, changed, clinic.ids["patients"], context) == answer
