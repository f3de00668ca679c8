"""What an installation's monitoring may count over all clinics: numbers, and nothing of anybody."""

from alembic import op

from portal.tenancy.policies import gate_function

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

MEASURES = """
CREATE FUNCTION measures() RETURNS TABLE (live_sessions bigint, waiting_sign_ins bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT
    (SELECT count(*) FROM user_sessions s
      WHERE s.revoked_at IS NULL AND s.expires_at > now()
        AND s.last_seen_at + make_interval(secs => s.idle_seconds) > now()),
    (SELECT count(*) FROM sign_in_tries t WHERE t.open_at > now())
$$
"""


def upgrade() -> None:
    op.execute(MEASURES)
    gate_function("measures()", may_call="portal_app")


def downgrade() -> None:
    op.execute("DROP FUNCTION measures()")
