"""What the catalogue must say of every table and function, whoever adds one."""

from collections.abc import Iterator

import psycopg
import pytest

from tests.support.databases import Database

pytestmark = pytest.mark.database

NOT_A_TENANTS = {
    "alembic_version", "audit_seals", "audit_verifications", "context_keys", "sign_in_tries",
    "worker_heartbeats",
}  # fmt: skip


@pytest.fixture(scope="module")
def admin(database: Database) -> Iterator[psycopg.Connection]:
    with database.connect("admin") as connection:
        yield connection


def _names(admin: psycopg.Connection, query: str) -> set[str]:
    return {name for (name,) in admin.execute(query)}


def test_every_table_forces_row_security(admin):
    loose = """
        SELECT relname FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
          AND NOT (relrowsecurity AND relforcerowsecurity)"""
    assert _names(admin, loose) == NOT_A_TENANTS


def test_every_table_has_the_restrictive_floor_for_all_that_is_done(admin):
    bare = """
        SELECT relname FROM pg_class c
        WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
          AND NOT relispartition AND NOT EXISTS (
            SELECT FROM pg_policy p
            WHERE p.polrelid = c.oid AND NOT p.polpermissive AND p.polcmd = '*'
              AND pg_get_expr(p.polqual, c.oid) LIKE '%= ( SELECT current_tenant() %'
              AND pg_get_expr(p.polwithcheck, c.oid) LIKE '%= ( SELECT current_tenant() %')"""
    assert _names(admin, bare) == NOT_A_TENANTS


def test_every_reference_between_tenants_tables_carries_the_tenant(admin):
    loose = """
        SELECT conname FROM pg_constraint
        WHERE contype = 'f' AND confrelid <> 'tenants'::regclass AND NOT EXISTS (
            SELECT FROM pg_attribute a
            WHERE a.attrelid = conrelid AND a.attname = 'tenant_id' AND a.attnum = ANY (conkey))"""
    assert _names(admin, loose) == set()


def test_a_view_asks_as_whoever_reads_it_and_nothing_is_kept_from_row_security(admin):
    """There is none today; one that comes cannot see more than its reader, or keep it."""
    loose = """
        SELECT relname FROM pg_class
        WHERE relnamespace = 'public'::regnamespace
          AND (relkind = 'm'
            OR relkind = 'v' AND NOT '{security_invoker=true}' <@ coalesce(reloptions, '{}'))"""
    assert _names(admin, loose) == set()
    for name, options in (("seen", ""), ("safe", "WITH (security_invoker = true)")):
        admin.execute(f"CREATE VIEW {name} {options} AS SELECT * FROM patients")
    admin.execute("CREATE MATERIALIZED VIEW kept AS SELECT * FROM patients")
    assert _names(admin, loose) == {"seen", "kept"}
    admin.rollback()


def test_no_key_is_unique_over_clinics_but_names_and_hashes_of_tokens(admin):
    """Another's value would be in the way, and so be told."""
    shared = """
        SELECT i.indexrelid::regclass::text FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
        WHERE c.relnamespace = 'public'::regnamespace AND NOT c.relispartition
          AND (i.indisunique OR i.indisexclusion) AND EXISTS (
            SELECT FROM pg_attribute WHERE attrelid = c.oid AND attname = 'tenant_id')
          AND NOT pg_get_indexdef(i.indexrelid) LIKE '%tenant_id%'"""
    assert _names(admin, shared) == {"uq_user_sessions_token_hash", "uq_user_links_token_hash"}


def test_the_run_time_roles_own_nothing_and_hold_no_more_than_they_need(admin):
    owned = """
        SELECT relname FROM pg_class WHERE pg_get_userbyid(relowner) IN
          ('portal_app', 'portal_worker')"""
    assert _names(admin, owned) == set()
    excess = """
        SELECT c.relname FROM pg_class c, unnest(ARRAY['portal_app', 'portal_worker']) AS role
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
          AND (has_table_privilege(role, c.oid, 'TRUNCATE, REFERENCES, TRIGGER')
            OR c.relispartition AND has_table_privilege(role, c.oid, 'SELECT, INSERT'))"""
    assert _names(admin, excess) == set()
    privileged = (
        "SELECT rolname FROM pg_roles WHERE rolname ~ '^portal_' AND (rolsuper OR rolbypassrls)"
    )
    assert _names(admin, privileged) == set()


@pytest.mark.parametrize(
    "table", ["patients", "appointments", "appointment_steps", "users", "user_action_audit_log"]
)
def test_what_must_never_be_erased_cannot_be(admin, table):
    for role in ("portal_app", "portal_worker"):
        query = "SELECT has_table_privilege(%s, %s, 'DELETE')"
        assert not admin.execute(query, [role, table]).fetchone()[0]


def test_nobody_at_run_time_writes_the_audit_log_directly(admin):
    for role in ("portal_app", "portal_worker"):
        query = "SELECT has_table_privilege(%s, 'user_action_audit_log', 'INSERT, UPDATE, DELETE')"
        assert not admin.execute(query, [role]).fetchone()[0]


def test_every_definers_function_pins_its_search_path_and_asks_who_calls(admin):
    loose = """
        SELECT proname FROM pg_proc
        WHERE pronamespace = 'public'::regnamespace AND prosecdef AND (
          NOT EXISTS (SELECT FROM unnest(proconfig) AS setting WHERE setting LIKE 'search_path=%')
          OR has_function_privilege('public', oid, 'EXECUTE'))"""
    assert _names(admin, loose) == set()


def test_only_the_gate_reads_the_keys_that_sign(admin):
    readers = """
        SELECT rolname FROM pg_roles WHERE rolname ~ '^portal_'
          AND has_table_privilege(rolname, 'context_keys', 'SELECT')"""
    assert _names(admin, readers) == {"portal_gate", "portal_owner"}
