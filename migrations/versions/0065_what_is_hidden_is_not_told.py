"""What is hidden of colleagues is told neither by its changes in the log nor by where they signed in."""

from alembic import op

from portal.tenancy.policies import replace_gate_function

revision = "0065"
down_revision = "0064"
branch_labels = None
depends_on = None

LOG = "user_action_audit_log"
OVERSEES = "(SELECT has_role('owner', 'admin', 'auditor'))"
CHANGES = "action_type IN (table_name || '.insert', table_name || '.update')"
# Who left with what, opened whom and why, and how colleagues prove who they are.
HIDDEN = (
    "break_glass", "export_parts", "exports", "factor_resets", "form_submissions", "passkeys",
    "recovery_codes", "uploads", "user_factors", "user_links", "user_sessions",
)  # fmt: skip
TOLD = f"{CHANGES} AND table_name <> ALL ('{{{','.join(HIDDEN)}}}')"
MINE = "user_id = (SELECT current_user_id())"

# As before, but for who asks. The worker asks for whoever wants an export.
AUDIT_FLOOR = """
CREATE OR REPLACE FUNCTION audit_floor(
  usr bigint, patient bigint, about text, record bigint, since timestamptz, until timestamptz,
  before_at timestamptz, before_id bigint, most int
) RETURNS TABLE (occurred_at timestamptz, id bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  {asked}RETURN QUERY EXECUTE
    'SELECT l.occurred_at, l.id FROM user_action_audit_log l WHERE l.tenant_id = $1'
    || CASE WHEN usr IS NOT NULL THEN ' AND l.user_id = $2' ELSE '' END
    || CASE WHEN patient IS NOT NULL THEN ' AND l.patient_id = $3' ELSE '' END
    || CASE WHEN about IS NOT NULL THEN ' AND l.table_name = $4' ELSE '' END
    || CASE WHEN record IS NOT NULL THEN ' AND l.record_id = $5' ELSE '' END
    || CASE WHEN since IS NOT NULL THEN ' AND l.occurred_at >= $6' ELSE '' END
    || CASE WHEN until IS NOT NULL THEN ' AND l.occurred_at < $7' ELSE '' END
    || CASE WHEN before_at IS NOT NULL
       THEN ' AND l.occurred_at <= $8 AND (l.occurred_at, l.id) < ($8, $9)' ELSE '' END
    || ' ORDER BY l.occurred_at DESC, l.id DESC OFFSET $10 LIMIT 1'
  USING current_tenant(), usr, patient, about, record, since, until, before_at, before_id,
    greatest(most, 1000) - 1;
END $$
"""
ASKED = """IF session_user = 'portal_app' AND NOT has_role('owner', 'admin', 'auditor') THEN
    RAISE insufficient_privilege USING MESSAGE = 'this role does not oversee the log';
  END IF;
  """


def upgrade() -> None:
    _see_of_the_log(TOLD)
    op.execute(
        "CREATE POLICY user_sessions_seen ON user_sessions AS RESTRICTIVE TO portal_app"
        f" USING ({MINE} OR {OVERSEES}) WITH CHECK (true)"
    )
    replace_gate_function(AUDIT_FLOOR.format(asked=ASKED))


def downgrade() -> None:
    replace_gate_function(AUDIT_FLOOR.format(asked=""))
    op.execute("DROP POLICY user_sessions_seen ON user_sessions")
    _see_of_the_log(CHANGES)


def _see_of_the_log(told: str) -> None:
    op.execute(f"ALTER POLICY {LOG}_seen ON {LOG} USING ({OVERSEES} OR {told})")
