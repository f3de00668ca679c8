"""A role is asked of who is active, by a session that is not over and owes nothing."""

from portal.tenancy.policies import replace_gate_function

revision = "0059"
down_revision = "0058"
branch_labels = None
depends_on = None

HAS_ROLE = """
CREATE OR REPLACE FUNCTION has_role(VARIADIC roles text[]) RETURNS boolean
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  context text[] := verified_context();
BEGIN
  RETURN EXISTS (
    SELECT FROM users u{works}
    WHERE u.tenant_id = context[2]::bigint AND u.id = nullif(context[3], '')::bigint
      AND u.role = ANY (roles){may_work});
END $$
"""
# Whoever owes a second factor has given a password only, which may be another's.
WORKS = """
    JOIN user_sessions s ON s.tenant_id = u.tenant_id AND s.user_id = u.id"""
MAY_WORK = """ AND u.status = 'active'
      AND s.id = nullif(context[5], '')::bigint AND s.revoked_at IS NULL
      AND (SELECT owes FROM session_proof(s.id)) IS NULL"""


def upgrade() -> None:
    replace_gate_function(HAS_ROLE.format(works=WORKS, may_work=MAY_WORK))


def downgrade() -> None:
    replace_gate_function(HAS_ROLE.format(works="", may_work=""))
