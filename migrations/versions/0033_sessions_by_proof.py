"""A session is started, renewed and ended by functions, and never lengthened or revived."""

from alembic import op

from portal.tenancy.policies import gate_function

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

# Whoever can smuggle in a statement has no key, and so no proof.
RENEW_SESSION = """
CREATE FUNCTION renew_session(new_token_hash bytea, proven boolean, factor boolean,
  expires bigint, proof text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  context text[] := verified_context();
BEGIN
  IF context IS NULL
    OR proof IS DISTINCT FROM keyed_hash('process', concat_ws('|', 'renew_session', context[5],
      encode(new_token_hash, 'hex'), proven::text, factor::text, expires))
    OR expires <= extract(epoch FROM clock_timestamp())
  THEN
    RAISE insufficient_privilege USING MESSAGE = 'a session is renewed with a proof';
  END IF;
  UPDATE user_sessions AS s
  SET token_hash = new_token_hash,
    proven_at = CASE WHEN proven THEN now() ELSE s.proven_at END,
    second_factor_at = CASE WHEN factor THEN now() ELSE s.second_factor_at END
  WHERE s.tenant_id = context[2]::bigint AND s.id = context[5]::bigint AND s.revoked_at IS NULL;
END $$
"""
# What is over stays over, also when the clock goes back.
END_OVERDUE = """
CREATE FUNCTION end_overdue_session(seen_token_hash bytea) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  UPDATE user_sessions AS s SET revoked_at = now()
  WHERE s.token_hash = seen_token_hash AND s.revoked_at IS NULL
    AND (s.expires_at <= now()
      OR s.last_seen_at + make_interval(secs => s.idle_seconds) <= now())
$$
"""
# The web role writes what a page keeps on its session's row, and ends sessions. Nothing else.
GUARD = """
CREATE FUNCTION guard_session() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF current_user <> 'portal_app' THEN
    RETURN NEW;
  END IF;
  IF OLD.revoked_at IS NOT NULL AND NEW.revoked_at IS DISTINCT FROM OLD.revoked_at THEN
    RAISE insufficient_privilege USING MESSAGE = 'an ended session does not live again';
  END IF;
  IF NEW.last_seen_at IS DISTINCT FROM OLD.last_seen_at AND NEW.last_seen_at > now() THEN
    RAISE insufficient_privilege USING MESSAGE = 'a session is active now, not later';
  END IF;
  RETURN NEW;
END $$
"""
FUNCTIONS = {
    "renew_session(bytea, boolean, boolean, bigint, text)": RENEW_SESSION,
    "end_overdue_session(bytea)": END_OVERDUE,
}
KEPT = "messages, last_seen_at, revoked_at, challenge, challenge_at"


def upgrade() -> None:
    for signature, body in FUNCTIONS.items():
        op.execute(body)
        gate_function(signature, may_call="portal_app")
    op.execute(GUARD)
    op.execute(
        "CREATE TRIGGER guard_user_sessions BEFORE UPDATE ON user_sessions "
        "FOR EACH ROW EXECUTE FUNCTION guard_session()"
    )
    op.execute("REVOKE INSERT, UPDATE, DELETE ON user_sessions FROM portal_app")
    op.execute(f"GRANT UPDATE ({KEPT}) ON user_sessions TO portal_app")
    # A key is retired, never removed: what it sealed could not be read again.
    op.execute("REVOKE DELETE ON tenant_keys FROM portal_app")


def downgrade() -> None:
    op.execute("GRANT DELETE ON tenant_keys TO portal_app")
    op.execute(f"REVOKE UPDATE ({KEPT}) ON user_sessions FROM portal_app")
    op.execute("GRANT INSERT, UPDATE, DELETE ON user_sessions TO portal_app")
    op.execute("DROP TRIGGER guard_user_sessions ON user_sessions")
    op.execute("DROP FUNCTION guard_session()")
    op.execute("SET LOCAL ROLE portal_gate")
    for signature in FUNCTIONS:
        op.execute(f"DROP FUNCTION {signature}")
    op.execute("RESET ROLE")
