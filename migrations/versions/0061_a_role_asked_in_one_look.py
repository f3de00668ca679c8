"""Whether a session owes something is seen in the look that finds its person's role."""

from portal.tenancy.policies import replace_gate_function

revision = "0061"
down_revision = "0060"
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
    SELECT FROM users u
    JOIN user_sessions s ON s.tenant_id = u.tenant_id AND s.user_id = u.id{owing}
    WHERE u.tenant_id = context[2]::bigint AND u.id = nullif(context[3], '')::bigint
      AND u.role = ANY (roles) AND u.status = 'active'
      AND s.id = nullif(context[5], '')::bigint AND s.revoked_at IS NULL
      AND {owes_nothing});
END $$
"""
# By a function of its own, which proves the context anew; a booking asks four times.
BEFORE = {"owing": "", "owes_nothing": "(SELECT owes FROM session_proof(s.id)) IS NULL"}
# As `session_proof` says `owes`: a second factor that is there, or that the clinic asks for.
AFTER = {
    "owing": """
    JOIN tenants t ON t.id = u.tenant_id""",
    "owes_nothing": """(s.second_factor_at IS NOT NULL OR NOT (
        t.settings ->> 'second_factor' IS NOT DISTINCT FROM 'true'
        OR EXISTS (SELECT FROM user_factors f
                   WHERE f.tenant_id = s.tenant_id AND f.user_id = s.user_id)
        OR EXISTS (SELECT FROM passkeys p
                   WHERE p.tenant_id = s.tenant_id AND p.user_id = s.user_id)))""",
}


def upgrade() -> None:
    replace_gate_function(HAS_ROLE.format(**AFTER))


def downgrade() -> None:
    replace_gate_function(HAS_ROLE.format(**BEFORE))
