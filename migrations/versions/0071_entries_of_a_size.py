"""An entry's values are objects that can be read again, and no larger than a megabyte.

A number of a few bytes is written out with a hundred thousand digits: entries of such numbers were
longer than the text of a value can be, and the log could not be sealed any more for anybody.
"""

from portal.tenancy.policies import replace_gate_function

revision = "0071"
down_revision = "0070"
branch_labels = None
depends_on = None

# As before, but for `bounded`.
AUDIT_APPEND = """
CREATE OR REPLACE FUNCTION audit_append(
  tenant bigint, who text, usr bigint, session bigint, action text, table_name text,
  record bigint, patient bigint, old_values jsonb, new_values jsonb, outcome text, reason text
) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
SET lock_timeout = '5s' AS $$
DECLARE
  request jsonb := nullif(current_setting('portal.request', true), '')::jsonb;
  told text := coalesce(reason, request ->> 'reason');
BEGIN
  {bounded}IF patient IS NOT NULL AND session IS NOT NULL AND EXISTS (
    SELECT FROM break_glass b
    WHERE b.tenant_id = tenant AND b.session_id = session AND b.patient_id = patient
      AND b.expires_at > clock_timestamp())
  THEN
    told := concat_ws(': ', 'break-glass', told);
  END IF;
  INSERT INTO user_action_audit_log (
    tenant_id, actor, user_id, session_id, request_id, action_type, table_name, record_id,
    patient_id, old_values, new_values, outcome, reason, ip, user_agent)
  VALUES (
    tenant, who, usr, session, (request ->> 'id')::uuid, left(action, 120), left(table_name, 63),
    record, patient, old_values, new_values, outcome, left(told, 2000),
    left(request ->> 'ip', 60), left(request ->> 'user_agent', 300));
END $$
"""
BOUNDED = """IF octet_length(old_values::text) > 1000000 OR octet_length(new_values::text) > 1000000
    OR jsonb_typeof(old_values) <> 'object' OR jsonb_typeof(new_values) <> 'object'
  THEN
    RAISE program_limit_exceeded USING MESSAGE = 'an entry is an object of at most a megabyte';
  END IF;
  """


def upgrade() -> None:
    replace_gate_function(AUDIT_APPEND.format(bounded=BOUNDED))


def downgrade() -> None:
    replace_gate_function(
        AUDIT_APPEND.format(bounded="").replace("left(table_name, 63)", "table_name")
    )
