"""What decides who is who and may do what is written with a proof of the process's key."""

from alembic import op

from portal.tenancy.policies import gate_function

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None

# A proof is of one write: of the table, what is done, by whose session, and every value that counts
# (its length before it, so that no two rows read alike). It may lie open in a setting: whoever
# copies it can write what was going to be written, and has no key to prove anything else.
GUARD = """
CREATE FUNCTION guard_account() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
SET bytea_output = 'hex' AS $$
DECLARE
  context text[] := verified_context();
  changed record := CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
  written jsonb := to_jsonb(changed);
  told text := (
    SELECT concat_ws('|', 'write', TG_TABLE_NAME, TG_OP, context[5],
      string_agg(concat(name, '=', coalesce(length(written ->> name) || ':' || (written ->> name),
        '-')), '|' ORDER BY place))
    FROM unnest(TG_ARGV) WITH ORDINALITY AS given (name, place));
BEGIN
  IF context IS NULL OR NOT EXISTS (
    SELECT FROM unnest(string_to_array(current_setting('portal.proofs', true), ' ')) AS each (proof)
    WHERE split_part(proof, ':', 2) = keyed_hash('process', told || '|' || split_part(proof, ':', 1))
      AND split_part(proof, ':', 1)::bigint > extract(epoch FROM clock_timestamp()))
  THEN
    RAISE insufficient_privilege USING MESSAGE = 'accounts are written with a proof';
  END IF;
  IF context[3] <> coalesce(written ->> 'user_id', written ->> 'id') AND NOT EXISTS (
    SELECT FROM users
    WHERE tenant_id = context[2]::bigint AND id = context[3]::bigint AND role IN ('owner', 'admin'))
  THEN
    RAISE insufficient_privilege USING MESSAGE = 'others are seen to by who manages the staff';
  END IF;
  RETURN changed;
END $$
"""
SHOW_CHECKLIST = """
CREATE FUNCTION show_checklist(shown boolean, expires bigint, proof text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  context text[] := verified_context();
BEGIN
  IF context IS NULL
    OR proof IS DISTINCT FROM keyed_hash('process',
      concat_ws('|', 'show_checklist', context[2], context[5], shown::text, expires))
    OR expires <= extract(epoch FROM clock_timestamp())
  THEN
    RAISE insufficient_privilege USING MESSAGE = 'a clinic is set with a proof';
  END IF;
  UPDATE tenants
  SET settings = CASE WHEN shown THEN settings || '{"checklist": "open"}'
    ELSE settings - 'checklist' END
  WHERE id = context[2]::bigint;
END $$
"""
CHECKLIST = "show_checklist(boolean, bigint, text)"
# What the web role may do to each table, and which values the proof of it is about.
WRITES = {
    "users": {
        "INSERT": ("email", "name", "role", "status", "password_hash"),
        "UPDATE": ("id", "role", "status", "password_hash", "locale"),
    },
    "user_facilities": {
        "INSERT": ("user_id", "facility_id"),
        "DELETE": ("user_id", "facility_id"),
    },
    "user_links": {
        "INSERT": ("user_id", "purpose", "token_hash"),
        "UPDATE": ("id", "user_id"),
    },
    "user_factors": {
        "INSERT": ("user_id", "secret", "last_step"),
        "UPDATE": ("id", "last_step"),
        "DELETE": ("user_id",),
    },
    "passkeys": {
        "INSERT": ("user_id", "name", "credential_id", "public_key", "sign_count"),
        "UPDATE": ("id", "sign_count"),
        "DELETE": ("user_id",),
    },
    "recovery_codes": {
        "INSERT": ("user_id", "code_hash"),
        "UPDATE": ("user_id", "code_hash"),
        "DELETE": ("user_id",),
    },
    "factor_resets": {
        "INSERT": ("user_id", "asked_by", "reason"),
        "UPDATE": ("user_id", "approved_by"),
    },
}  # fmt: skip
# Of a row that is there, no other column is the web role's to change.
CHANGED = {
    "users": "password_hash, role, status, locale",
    "user_links": "used_at",
    "user_factors": "last_step",
    "passkeys": "sign_count, last_used_at",
    "recovery_codes": "used_at",
    "factor_resets": "approved_by, ended_at",
}
# A session's row keeps what its page keeps; to end one, or to ask it for a passkey, is proven.
SESSIONS = {
    "guard_ending": ("OLD.revoked_at IS DISTINCT FROM NEW.revoked_at", ("user_id",)),
    "guard_asking": (
        "NEW.challenge IS NOT NULL AND (OLD.challenge, OLD.challenge_at)"
        " IS DISTINCT FROM (NEW.challenge, NEW.challenge_at)",
        ("id", "challenge"),
    ),
}


def upgrade() -> None:
    op.execute(GUARD)
    gate_function("guard_account()", may_call="portal_owner")
    for table, writes in WRITES.items():
        for what, columns in writes.items():
            _guard(table, f"guard_{what.lower()}", what, columns)
    for name, (changes, columns) in SESSIONS.items():
        _guard("user_sessions", name, "UPDATE", columns, f" AND {changes}")
    for table, columns in CHANGED.items():
        op.execute(f"REVOKE UPDATE ON {table} FROM portal_app")
        op.execute(f"GRANT UPDATE ({columns}) ON {table} TO portal_app")
    op.execute(SHOW_CHECKLIST)
    gate_function(CHECKLIST, may_call="portal_app, portal_worker")
    op.execute("REVOKE UPDATE (settings) ON tenants FROM portal_app")
    op.execute("GRANT UPDATE (settings) ON tenants TO portal_gate")


def downgrade() -> None:
    op.execute("REVOKE UPDATE (settings) ON tenants FROM portal_gate")
    op.execute("GRANT UPDATE (settings) ON tenants TO portal_app")
    for table, columns in CHANGED.items():
        op.execute(f"REVOKE UPDATE ({columns}) ON {table} FROM portal_app")
        op.execute(f"GRANT UPDATE ON {table} TO portal_app")
    for name in SESSIONS:
        op.execute(f"DROP TRIGGER {name} ON user_sessions")
    for table, writes in WRITES.items():
        for what in writes:
            op.execute(f"DROP TRIGGER guard_{what.lower()} ON {table}")
    op.execute("SET LOCAL ROLE portal_gate")
    op.execute(f"DROP FUNCTION {CHECKLIST}")
    op.execute("DROP FUNCTION guard_account()")
    op.execute("RESET ROLE")


def _guard(table: str, name: str, what: str, columns: tuple[str, ...], also: str = "") -> None:
    """What the web role writes goes through; what the worker and the owner write is theirs."""
    told = ", ".join(f"'{column}'" for column in columns)
    op.execute(
        f"CREATE TRIGGER {name} BEFORE {what} ON {table} FOR EACH ROW"
        f" WHEN (current_user = 'portal_app'{also}) EXECUTE FUNCTION guard_account({told})"
    )
