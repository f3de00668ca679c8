"""Whoever can smuggle SQL of their choice into one statement still reaches no other clinic.

Everything runs on true connections of `portal_app`, beside a clinic at work on another one.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

import psycopg
import pytest
from psycopg import sql

from tests.support.databases import clone
from tests.tenancy.forgeries import cut_short, forgeries, with_one_bit_flipped
from tests.tenancy.stage import Stage, staged

pytestmark = pytest.mark.database

SETTINGS = """
SELECT name, array_remove(enumvals || ARRAY[min_val, max_val], NULL) FROM pg_settings
UNION ALL SELECT * FROM (VALUES ('role', '{}'::text[]), ('session_authorization', '{}'),
  ('portal.request', '{}'), ('portal.resealing', '{}')) AS unlisted
ORDER BY 1
"""
# What a setting may take besides what is said of it: whom to become, where to look first.
WORDS = ("portal_owner", "portal_worker", "portal_gate", "postgres", "pg_temp, public", "on", "off")


@pytest.fixture(scope="module")
def stage(server) -> Iterator[Stage]:
    with clone(server, "attacked") as database, staged(database) as made:
        made.connection.commit()
        yield made


@pytest.fixture
def app(stage) -> Iterator[psycopg.Connection]:
    """The attacker's connection: the web application's own, the first clinic's person signed in."""
    with entered(stage, 0) as connection:
        yield connection


@contextmanager
def entered(stage: Stage, side: int) -> Iterator[psycopg.Connection]:
    with stage.database.connect("app") as connection:
        connection.execute("SELECT * FROM enter_session(%s)", [stage.clinics[side].token_hash])
        yield connection
        connection.rollback()


def context_of(connection: psycopg.Connection) -> str:
    return connection.execute("SELECT current_setting('portal.context')").fetchone()[0]


def rows_of(tenant: int, *tables: str) -> str:
    """One query that counts a tenant's rows in these tables."""
    parts = [f"SELECT count(*) AS n FROM {name} WHERE tenant_id = {tenant}" for name in tables]
    return f"SELECT sum(n) FROM ({' UNION ALL '.join(parts)}) AS counted"


def counted(connection: psycopg.Connection, *statements: str) -> int:
    """What the last of the statements counts, undone after; 0 when the database refuses one."""
    try:
        with connection.transaction(force_rollback=True):
            for statement in statements[:-1]:
                connection.execute(statement)
            return int(connection.execute(statements[-1]).fetchone()[0] or 0)
    except psycopg.Error:
        return 0


def setting(name: str, value: str) -> str:
    """A call that sets a setting for the transaction."""
    return f"set_config({quoted(name)}, {quoted(value)}, true)"


def quoted(text: str) -> str:
    return sql.Literal(text).as_string()


def test_one_sees_ones_own_rows_in_every_table_and_no_foreign_one(stage, app):
    own, other = (clinic.tenant_id for clinic in stage.clinics)
    assert counted(app, rows_of(own, *stage.tables)) >= len(stage.tables)
    assert counted(app, rows_of(other, *stage.tables)) == 0


def test_no_setting_opens_another_clinic(stage, app):
    """Every setting there is, to everything that it takes and to the names of others."""
    foreign = rows_of(stage.clinics[1].tenant_id, "patients", "users")
    tries = [
        (name, value)
        for name, values in app.execute(SETTINGS).fetchall()
        for value in {*values, *WORDS}
        # a statement cut short proves nothing
        if not name.endswith("_timeout")
    ]
    seen = [each for each in tries if counted(app, f"SELECT {setting(*each)}", foreign)]
    assert seen == []
    assert len(tries) > 2000


def test_no_bit_of_a_context_can_be_flipped_and_no_part_left_out(stage, app):
    """Whatever is altered reads nothing, not even one's own, and changes nothing."""
    true = context_of(app)
    altered = [*with_one_bit_flipped(true), *cut_short(true)]
    held = "WITH done AS (UPDATE patients SET tenant_id = tenant_id RETURNING 1) {}".format(
        "SELECT (SELECT count(*) FROM done) + (SELECT count(*) FROM users)"
    )
    assert counted(app, held) > 1, "the true context reads and writes"
    let_in = [each for each in altered if counted(app, f"SELECT {signed_by(each)}", held)]
    assert let_in == []
    assert len(altered) > 1000


def signed_by(context: str) -> str:
    return setting("portal.context", context)


# How a forged context and a query come into one statement; %(forge)s sets, %(query)s counts.
VESSELS = {
    "beside": ("SELECT (%(query)s) FROM (SELECT %(forge)s OFFSET 0) AS first",),
    "a list": ("SELECT least(n, length(s)) FROM (SELECT %(forge)s AS s, (%(query)s) AS n) AS x",),
    "a CTE": ("WITH forged AS MATERIALIZED (SELECT %(forge)s) SELECT (%(query)s) FROM forged",),
    "nested CTEs": (
        "WITH a AS MATERIALIZED (WITH b AS MATERIALIZED (SELECT %(forge)s) SELECT * FROM b),"
        " c AS MATERIALIZED (SELECT (%(query)s) AS n FROM a) SELECT n FROM c",
    ),
    "a DO block": (
        "DO $do$ BEGIN PERFORM %(forge)s; PERFORM set_config('portal.found',"
        " (%(query)s)::text, true); END $do$",
        "SELECT current_setting('portal.found')",
    ),
    "a handler": (
        "DO $do$ BEGIN BEGIN PERFORM %(forge)s; RAISE division_by_zero;"
        " EXCEPTION WHEN division_by_zero THEN PERFORM %(forge)s; END;"
        " PERFORM set_config('portal.found', (%(query)s)::text, true); END $do$",
        "SELECT current_setting('portal.found')",
    ),
    "a statement prepared before": (
        "PREPARE planned AS %(query)s", "EXECUTE planned", "SELECT %(forge)s", "EXECUTE planned",
    ),
    "one prepared and planned for good": (
        "SET plan_cache_mode = force_generic_plan", "PREPARE generic AS %(query)s",
        "EXECUTE generic", "SELECT %(forge)s", "EXECUTE generic",
    ),
    "a savepoint": ("SAVEPOINT here", "SELECT %(forge)s", "RELEASE here", "%(query)s"),
    "a savepoint gone back to": (
        "SAVEPOINT here", "SELECT %(forge)s", "ROLLBACK TO here", "%(query)s",
    ),
    "a cursor": ("SELECT %(forge)s", "DECLARE held CURSOR FOR %(query)s", "FETCH held"),
    "a cursor opened before": (
        "DECLARE held CURSOR FOR %(query)s", "SELECT %(forge)s", "FETCH held",
    ),
    "a session's setting": (
        "SET SESSION portal.context = %(context)s", "SET LOCAL portal.context = %(context)s",
        "%(query)s",
    ),
}  # fmt: skip
CHANGE = """
WITH done AS (UPDATE {table} SET tenant_id = tenant_id WHERE tenant_id = {tenant} RETURNING 1)
SELECT count(*) FROM done
"""


@pytest.mark.parametrize("vessel", VESSELS)
def test_no_way_of_saying_it_in_one_statement_reads_or_writes_a_foreign_row(stage, app, vessel):
    own, other = stage.clinics
    foreign = rows_of(other.tenant_id, *stage.tables)
    mine = rows_of(own.tenant_id, *stage.tables)
    true = context_of(app)
    assert counted(app, *said(vessel, true, mine)) > 0, "it would read what it may"
    with entered(stage, 1) as victim:
        attempts = forgeries(true, other) | {"copied": context_of(victim), "true": true}
        assert counted(victim, foreign) > 0
        for what, context in attempts.items():
            assert counted(app, *said(vessel, context, foreign)) == 0, what


CHANGES = {
    "changes": "UPDATE {table} SET tenant_id = tenant_id WHERE tenant_id = {tenant}",
    "takes over": "UPDATE {table} SET tenant_id = current_tenant() WHERE tenant_id = {tenant}",
    "erases": "DELETE FROM {table} WHERE tenant_id = {tenant}",
}
FORGED_FIRST = """
WITH forged AS MATERIALIZED (SELECT {forge}), done AS ({change} RETURNING 1)
SELECT (SELECT count(*) FROM done) FROM forged
"""


@pytest.mark.parametrize("what", CHANGES)
def test_no_statement_with_a_forgery_in_it_writes_a_foreign_row(stage, app, what):
    own, other = stage.clinics
    true = context_of(app)
    with entered(stage, 1) as victim:
        attempts = forgeries(true, other) | {"copied": context_of(victim), "true": true}
    written = [
        (table, how)
        for table in stage.tables
        for how, context in attempts.items()
        if counted(app, writing(what, table, other.tenant_id, context))
    ]
    assert written == []
    assert counted(app, writing("changes", "patients", own.tenant_id, true)) > 0


def writing(what: str, table: str, tenant: int, context: str) -> str:
    """One statement that sets a context and changes a tenant's rows."""
    change = CHANGES[what].format(table=table, tenant=tenant)
    return FORGED_FIRST.format(forge=signed_by(context), change=change)


def test_a_context_signed_for_a_time_that_is_over_opens_nothing(stage):
    """Signed as it is by the database's own function: only its end has passed."""
    opened = []
    for ended in (True, False):
        stage.connection.rollback()
        tenant, end = stage.clinics[0].tenant_id, "-" if ended else "+"
        stage.connection.execute(
            f"SELECT write_context({tenant}, NULL, NULL, NULL, 'user:1',"
            f" clock_timestamp() {end} interval '2 seconds')"
        )
        stage.connection.execute("SET SESSION AUTHORIZATION portal_app")
        opened.append(stage.count("users") > 0)
        stage.connection.rollback()
        stage.connection.execute("RESET SESSION AUTHORIZATION")
    assert opened == [False, True]


FUNCTIONS = """
SELECT oid::regprocedure::text, proname, ARRAY(
  SELECT format_type(kind, NULL) FROM unnest(proargtypes::oid[]) WITH ORDINALITY AS a (kind, place)
  ORDER BY place)
FROM pg_proc
WHERE pronamespace = 'public'::regnamespace AND prorettype <> 'trigger'::regtype
  AND has_function_privilege('portal_app', oid, 'EXECUTE')
ORDER BY 1
"""
ARGUMENTS = {
    "bigint": "{tenant}", "integer": "1", "text": "'{slug}'", "boolean": "true", "jsonb": "'{{}}'",
    "bytea": "'\\x00'", "timestamp with time zone": "now()", "date": "now()::date",
    "time without time zone": "localtime",
    "bigint[]": "ARRAY[{tenant}]", "text[]": "ARRAY['{slug}']", "bytea[]": "ARRAY['\\x00'::bytea]",
    "uuid": "gen_random_uuid()",
}  # fmt: skip
CONTENT = "SELECT md5(coalesce(string_agg(t::text, ',' ORDER BY t::text), '')) FROM {} t WHERE {}"


def test_no_function_that_the_application_may_call_reaches_another_clinic(stage, app):
    """Each called with the other clinic's ids and words, by one's own person and by nobody."""
    own, other = stage.clinics
    functions = app.execute(FUNCTIONS).fetchall()
    theirs = {"tenant": other.tenant_id, "slug": "birch"}
    app.rollback()
    before, became = contents(stage, other.tenant_id), []
    for signature, name, kinds in functions:
        called = ", ".join(ARGUMENTS.get(kind, f"NULL::{kind}").format(**theirs) for kind in kinds)
        for token in (own.token_hash, bytes(32)):
            with suppress(psycopg.Error), app.transaction():
                app.execute("SELECT * FROM enter_session(%s)", [token])
                app.execute(f"SELECT * FROM {name}({called})")
                tenant = app.execute("SELECT current_tenant()").fetchone()[0]
                became += [signature] if tenant == other.tenant_id else []
    assert len(functions) > 20
    assert became == []
    assert contents(stage, other.tenant_id) == before


def contents(stage: Stage, tenant: int) -> dict[str, str]:
    """What every table holds of a tenant, in short, past row security."""
    stage.connection.rollback()
    stage.connection.execute("RESET SESSION AUTHORIZATION")
    return {name: stage.one(CONTENT.format(name, f"tenant_id = {tenant}")) for name in stage.tables}


def said(vessel: str, context: str, query: str) -> list[str]:
    """The statements of a vessel with a forgery and a query in them."""
    places = {
        "forge": signed_by(context), "query": query, "context": quoted(context),
    }  # fmt: skip
    return [statement % places for statement in VESSELS[vessel]]
