"""Everybody whom a page shows is entered in the audit log by one statement."""

from alembic import op

from portal.tenancy.policies import gate_function

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

# The same entries as `audit_note` writes one by one: whose glass is broken is marked.
AUDIT_SAW = """
CREATE FUNCTION audit_saw(action text, patients bigint[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
SET lock_timeout = '5s' AS $$
DECLARE
  context text[] := verified_context();
  request jsonb := nullif(current_setting('portal.request', true), '')::jsonb;
  told text := request ->> 'reason';
BEGIN
  IF context IS NULL THEN
    RAISE insufficient_privilege USING MESSAGE = 'nobody is signed in to this transaction';
  END IF;
  INSERT INTO user_action_audit_log (
    tenant_id, actor, user_id, session_id, request_id, action_type, table_name, record_id,
    patient_id, outcome, reason, ip, user_agent)
  SELECT context[2]::bigint, context[6], nullif(context[3], '')::bigint,
    nullif(context[5], '')::bigint, (request ->> 'id')::uuid, left(action, 120), 'patients',
    patient, patient, 'done',
    left(CASE WHEN opened.patient_id IS NULL THEN told
              ELSE concat_ws(': ', 'break-glass', told) END, 2000),
    left(request ->> 'ip', 60), left(request ->> 'user_agent', 300)
  FROM unnest(patients) AS patient
  LEFT JOIN (
    SELECT DISTINCT b.patient_id FROM break_glass b
    WHERE b.tenant_id = context[2]::bigint AND b.session_id = nullif(context[5], '')::bigint
      AND b.expires_at > clock_timestamp()
  ) AS opened ON opened.patient_id = patient;
END $$
"""
SIGNATURE = "audit_saw(text, bigint[])"


def upgrade() -> None:
    op.execute(AUDIT_SAW)
    gate_function(SIGNATURE, may_call="portal_app, portal_worker")


def downgrade() -> None:
    op.execute("SET LOCAL ROLE portal_gate")
    op.execute(f"DROP FUNCTION {SIGNATURE}")
    op.execute("RESET ROLE")
