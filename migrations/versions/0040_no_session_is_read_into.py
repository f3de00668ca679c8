"""The web role reads no session's token hash, by which it could enter a colleague's session."""

from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

READ = (
    "tenant_id, id, user_id, last_seen_at, idle_seconds, expires_at, second_factor_at, proven_at,"
    " revoked_at, ip, user_agent, challenge, challenge_at, messages, created_at, updated_at"
)
# Nobody keeps another's session going either, whose owner has left it.
GUARD = """
CREATE OR REPLACE FUNCTION guard_session() RETURNS trigger
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
  END IF;{own}
  RETURN NEW;
END $$
"""
OWN = """
  IF (NEW.last_seen_at, NEW.messages, NEW.challenge, NEW.challenge_at)
    IS DISTINCT FROM (OLD.last_seen_at, OLD.messages, OLD.challenge, OLD.challenge_at)
    AND NEW.id IS DISTINCT FROM (verified_context())[5]::bigint
  THEN
    RAISE insufficient_privilege USING MESSAGE = 'a page writes on its own session only';
  END IF;"""


def upgrade() -> None:
    op.execute("REVOKE SELECT ON user_sessions FROM portal_app")
    op.execute(f"GRANT SELECT ({READ}) ON user_sessions TO portal_app")
    op.execute(GUARD.format(own=OWN))


def downgrade() -> None:
    op.execute(GUARD.format(own=""))
    op.execute(f"REVOKE SELECT ({READ}) ON user_sessions FROM portal_app")
    op.execute("GRANT SELECT ON user_sessions TO portal_app")
