"""SQL of an attacker's choice, in somebody's session, changes nothing of who is who and may what.

The kind: what decides about sign-in, roles, reach and second factors is written because the web
role may write it, not because the portal means to. The attacker has the application's own pool,
in the context of the front desk and of an administrator limited to one facility. Tried are adding
a row, changing each column and erasing, of one's own and of others, in every table about accounts.
"""

from collections.abc import Iterator
from hashlib import sha256
from uuid import uuid4

import pytest
from flask import Flask
from psycopg import errors
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from portal import connections
from portal.db import db
from portal.tenancy.context import enter_session
from tests.support.databases import clone
from tests.tenancy.rows import insert, values_for
from tests.tenancy.stage import Stage, staged
from tests.tenancy.test_an_attackers_statement import ARGUMENTS, FUNCTIONS

pytestmark = pytest.mark.database

# What decides who somebody is and may do, and what is nobody's but the database's own.
ACCOUNTS = {
    "users", "user_facilities", "user_links", "user_sessions", "user_factors", "passkeys",
    "recovery_codes", "factor_resets", "tenants", "tenant_keys", "context_keys", "sign_in_tries",
    "alembic_version", "audit_seals", "worker_heartbeats",
}  # fmt: skip
# What people did: their name is in it, and it lets nobody do more.
DEEDS = {
    "absences", "absence_visits", "appointment_acts", "appointments", "audit_verifications",
    "availability_slots", "break_glass", "disclosures", "exports", "form_submissions",
    "own_acts", "patient_alerts", "patient_contacts", "patient_distinctions", "patient_merges",
    "patient_notes", "patients", "uploads",
}  # fmt: skip
# A table that names a person, or belongs to no clinic.
TO_BE_DECIDED = """
SELECT c.relname FROM pg_class c
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
  AND (EXISTS (SELECT FROM pg_constraint f
               WHERE f.conrelid = c.oid AND f.confrelid = 'users'::regclass)
    OR NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'tenant_id'))
"""
# A page keeps on its own session's row what it has not shown yet, and that it was used.
KEPT = {("user_sessions", "messages", "own"), ("user_sessions", "last_seen_at", "own")}
EVIL = {
    "bigint": "2", "integer": "61", "bytea": "sha256('evil')", "uuid": "gen_random_uuid()",
    "jsonb": "'[1]'", "timestamp with time zone": "now()", "boolean": "true",
    "double precision": "1", "xid8": "'1'",
}  # fmt: skip
# Each, its type, and whether the web role reads it, so that a row with it can be copied.
COLUMNS = """
SELECT a.attname, format_type(a.atttypid, NULL),
  has_column_privilege('portal_app', a.attrelid, a.attnum, 'SELECT')
FROM pg_attribute a
WHERE a.attrelid = %s::regclass AND a.attnum > 0 AND NOT a.attisdropped AND a.attidentity = ''
  AND a.attgenerated = ''
ORDER BY a.attnum
"""
# Without when it was last used: a machine that is slow uses a session for more than a minute.
CONTENT = """
SELECT md5(coalesce(string_agg(row::text, ',' ORDER BY row::text), ''))
  FROM (SELECT to_jsonb(t) - 'last_seen_at' AS row FROM {} t) AS rows
"""
GUARDS = """
SELECT tgname, tgrelid::regclass::text, pg_get_triggerdef(oid) FROM pg_trigger
WHERE tgfoid = 'guard_account()'::regprocedure ORDER BY 2, 1
"""
ME = "(verified_context())[3]::bigint"
ROLE = "UPDATE users SET role = 'owner' WHERE id = current_user_id()"
VESSELS = {
    "a CTE": (f"WITH done AS ({ROLE} RETURNING 1) SELECT count(*) FROM done",),
    "a DO block": (f"DO $do$ BEGIN {ROLE}; END $do$",),
    "the same role taken again": ("SET LOCAL role = portal_app", ROLE),
    "a function of its own": ("CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",),
    "no triggers": ("SET session_replication_role = replica", ROLE),
    "a trigger taken away": ("ALTER TABLE users DISABLE TRIGGER guard_update",),
    "ON CONFLICT": (
        "INSERT INTO users (id, email, name, role) OVERRIDING SYSTEM VALUE"
        " VALUES (current_user_id(), 'x', 'x', 'owner')"
        " ON CONFLICT ON CONSTRAINT pk_users DO UPDATE SET role = EXCLUDED.role",
    ),
    "MERGE": (
        "MERGE INTO users USING (SELECT 1) AS one ON id = current_user_id()"
        " WHEN MATCHED THEN UPDATE SET role = 'owner'",
    ),
    "a proof of one's own": (
        "SELECT set_config('portal.proofs', '9999999999:' || encode(sha256('evil'), 'hex'), true)",
        ROLE,
    ),
    "reading what is kept of passwords": ("SELECT password_hash FROM users",),
    "having it told by an update": ("UPDATE users SET locale = locale RETURNING password_hash",),
    "trying what it is": ("SELECT id FROM users WHERE password_hash > 'x'",),
    "copying all there is": ("SELECT users FROM users",),
    "the checklist": ("SELECT show_checklist(true, 9999999999, 'x')",),
    "the checklist with a null": ("SELECT show_checklist(true, 9999999999, NULL)",),
    "the guard by hand": ("SELECT guard_account()",),
    "the database's key": ("SELECT keyed_hash('process', 'x')",),
}


# Whoever does not see colleagues' rows reaches none of them, and is not refused.
UNSEEN = {"front_desk": {"user_sessions"}, "admin": set()}


@pytest.fixture(scope="module")
def stage(server) -> Iterator[Stage]:
    """The first clinic has an owner, and somebody limited to a facility, whose session is used."""
    with clone(server, "accounts") as database, staged(database) as made:
        clinic = made.clinics[0]
        unlike = {
            "user_id": clinic.annex["users"], "token_hash": sha256(b"colleague").digest(),
            "row_uid": uuid4(), "credential_id": b"theirs",
        }  # fmt: skip
        tenant = {"tenant_id": clinic.tenant_id}
        for name in ACCOUNTS & made.tables.keys():
            values = values_for(made.tables[name], clinic)
            if "user_id" in values:
                theirs = {key: new for key, new in unlike.items() if key in values}
                insert(made.connection, made.tables[name], values | theirs | tenant)
        made.connection.execute("UPDATE user_sessions SET challenge = 'asked'")
        made.connection.commit()
        yield made


@pytest.fixture(scope="module", params=["front_desk", "admin"])
def web(request, stage) -> Iterator[Flask]:
    """The application with its own pool."""
    clinic = stage.clinics[0]
    known = [request.param, clinic.ids["users"]]
    stage.connection.execute("UPDATE users SET role = %s WHERE id = %s", known)
    stage.connection.commit()
    app = stage.database.app()
    with app.app_context():
        yield app
        db.session.remove()


def refusal_of(stage: Stage, *statements: str, keep: bool = True) -> type[Exception] | None:
    """How a request with these statements in it is refused; else it is committed, or undone."""
    connections.serve(None)
    found = enter_session(stage.clinics[0].token_hash)
    assert found is not None
    assert found.facility_ids is not None
    try:
        for statement in statements:
            db.session.execute(text(statement))
        if keep:
            db.session.commit()
    except DBAPIError as error:
        return type(error.orig)
    finally:
        db.session.remove()
    return None


def contents(stage: Stage) -> dict[str, str]:
    """What every table about accounts holds, in short."""
    stage.connection.rollback()
    return {name: stage.one(CONTENT.format(name)) for name in sorted(ACCOUNTS)}


def attacks(stage: Stage, table: str) -> Iterator[tuple[str, str]]:
    """What is tried, and the statement."""
    known = stage.connection.execute(COLUMNS, [table]).fetchall()
    columns = {column: kind for column, kind, _read in known}
    listed = ", ".join([column for column, _kind, read in known if read] or columns)
    mine = "user_id" if "user_id" in columns else "id" if table in {"users", "tenants"} else None
    whose = {"own": "true"}
    if mine:
        own = "current_tenant()" if table == "tenants" else ME
        whose = {"own": f"{mine} = {own}", "others": f"{mine} <> {own}"}
    for name, where in whose.items():
        if (table, name) != ("tenants", "others"):
            yield f"{name}: add", f"INSERT INTO {table} ({listed}) SELECT {listed} FROM {table}"
            yield f"{name}: erase", f"DELETE FROM {table} WHERE {where}"
        for column, kind in columns.items():
            if (table, column, name) not in KEPT and (table, name) != ("tenants", "others"):
                new = EVIL.get(kind, "'evil'")
                yield f"{name}: {column}", f"UPDATE {table} SET {column} = {new} WHERE {where}"


def test_every_table_that_names_a_person_is_decided_on(stage):
    named = {name for (name,) in stage.connection.execute(TO_BE_DECIDED)}
    assert named | {"users", "tenants", "tenant_keys"} == ACCOUNTS | DEEDS


@pytest.mark.parametrize("table", sorted(ACCOUNTS))
def test_nothing_of_an_account_is_written(stage, web, table, request):
    unseen = table in UNSEEN[request.node.callspec.params["web"]]
    before, tried = contents(stage), dict(attacks(stage, table))
    stage.connection.rollback()
    refusals = {what: refusal_of(stage, statement) for what, statement in tried.items()}
    assert {
        what: refusal
        for what, refusal in refusals.items()
        if refusal is not errors.InsufficientPrivilege
        and not (refusal is None and unseen and what.startswith("others: "))
    } == {}
    assert contents(stage) == before


def test_no_guard_can_be_taken_away_unnoticed(stage, web):
    """But that of passwords, where the one of people refuses as well."""
    guards = stage.connection.execute(GUARDS).fetchall()
    stage.connection.rollback()
    assert len(guards) > 15
    unnoticed = []
    for name, table, again in guards:
        stage.connection.execute(f"DROP TRIGGER {name} ON {table}")
        stage.connection.commit()
        tried = dict(attacks(stage, table)).values()
        stage.connection.rollback()
        refusals = {refusal_of(stage, statement, keep=False) for statement in tried}
        stage.connection.execute(again)
        stage.connection.commit()
        unnoticed += [name] if refusals == {errors.InsufficientPrivilege} else []
    assert unnoticed == ["guard_password"]


@pytest.mark.parametrize("vessel", VESSELS)
def test_no_way_of_saying_it_goes_round(stage, web, vessel):
    before = contents(stage)
    assert refusal_of(stage, *VESSELS[vessel]) is errors.InsufficientPrivilege
    assert contents(stage) == before


def test_no_function_that_the_web_role_may_call_writes_an_account(stage, web):
    """Each called with a colleague's number and with one's own, and with nothing."""
    before = contents(stage)
    clinic = stage.clinics[0]
    functions = stage.connection.execute(FUNCTIONS).fetchall()
    for number in (clinic.annex["users"], clinic.ids["users"], "NULL"):
        for _signature, name, kinds in functions:
            known = {"tenant": number, "slug": "alder"}
            called = (ARGUMENTS.get(kind, f"NULL::{kind}").format(**known) for kind in kinds)
            refusal_of(stage, f"SELECT * FROM {name}({', '.join(called)})")
    assert len(functions) > 20
    assert contents(stage) == before
