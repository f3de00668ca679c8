"""Who is limited to some facilities reads in the log what is about these."""

from alembic import op

from portal.tenancy.policies import gate_function, limit_reach

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None

LOG = "user_action_audit_log"
# Records of a facility, and what hangs on a visit. What is about a patient says so in the entry.
# Openings are read everywhere, since a doctor is taken wherever that is.
PLACED = (
    "absence_spans",
    "absence_visits",
    "appointment_acts",
    "appointment_series",
    "appointment_steps",
    "appointments",
    "availability_exceptions",
    "availability_rules",
    "facilities",
    "facility_doctors",
    "facility_insurance_plans",
    "service_offerings",
    "user_facilities",
    "waitlist_facilities",
)
# What belongs to who made it.
OWN = ("export_parts", "exports", "uploads")

# The record is asked as the person, whose row security answers. One that is gone, or has gone
# elsewhere, is still told of where the entry itself names these facilities and no other.
REACHES_RECORD = """
CREATE FUNCTION reaches_record(
  scope bigint[], tenant bigint, about text, record bigint, before jsonb, after jsonb
) RETURNS boolean
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  reached boolean;
  places bigint[];
BEGIN
  IF record IS NULL THEN
    RETURN true;
  END IF;
  CASE about
{cases}
  END CASE;
  IF NOT reached THEN
    places := array_remove(
      ARRAY[(before ->> 'facility_id')::bigint, (after ->> 'facility_id')::bigint], NULL);
    reached := cardinality(places) > 0 AND places <@ scope;
  END IF;
  RETURN reached;
END $$
"""
CASE = """    WHEN '{0}' THEN
      reached := EXISTS (SELECT FROM {0} r WHERE r.tenant_id = tenant AND r.id = record);"""

# How far back somebody limited looks at once. Their rows alone could be anywhere in a long log;
# so what is counted is everybody's, and all that is told is where so many end.
AUDIT_FLOOR = """
CREATE FUNCTION audit_floor(
  usr bigint, patient bigint, about text, record bigint, since timestamptz, until timestamptz,
  before_at timestamptz, before_id bigint, most int
) RETURNS TABLE (occurred_at timestamptz, id bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  RETURN QUERY EXECUTE
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

# From here on the transaction reaches what somebody does, for whom the worker works.
WORK_FOR = """
CREATE FUNCTION work_for(usr bigint) RETURNS bigint[]
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  context text[] := verified_context();
  scope bigint[] := facilities_of(context[2]::bigint, usr);
BEGIN
  IF context IS NULL OR context[6] NOT LIKE 'job:%' OR context[4] <> '*' THEN
    RAISE insufficient_privilege USING MESSAGE = 'only a job works for somebody, and for one';
  END IF;
  PERFORM write_context(context[2]::bigint, NULL, scope, NULL, context[6],
    now() + interval '1 day');
  RETURN scope;
END $$
"""
REACHES = "reaches_record(bigint[], bigint, text, bigint, jsonb, jsonb)"
FLOOR = (
    "audit_floor(bigint, bigint, text, bigint, timestamptz, timestamptz, timestamptz, bigint, int)"
)
FLOOR_READS = "tenant_id, occurred_at, id, user_id, patient_id, table_name, record_id"

REACHED = f"""
  (({LOG}.patient_id IS NULL OR EXISTS (SELECT FROM patients p
    WHERE p.tenant_id = {LOG}.tenant_id AND p.id = {LOG}.patient_id OFFSET 0))
  AND CASE
    WHEN {LOG}.table_name = ANY ('{{{",".join(OWN)}}}')
      THEN {LOG}.user_id = (SELECT current_user_id())
    WHEN {LOG}.table_name = ANY ('{{{",".join(PLACED)}}}')
      THEN reaches_record((SELECT current_facilities()), {LOG}.tenant_id, {LOG}.table_name,
        {LOG}.record_id, {LOG}.old_values, {LOG}.new_values)
    ELSE true
  END)"""


def upgrade() -> None:
    op.execute(REACHES_RECORD.format(cases="\n".join(CASE.format(table) for table in PLACED)))
    op.execute(f"REVOKE ALL ON FUNCTION {REACHES} FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION {REACHES} TO portal_app, portal_worker, portal_owner")
    op.execute(f"GRANT SELECT ({FLOOR_READS}) ON {LOG} TO portal_gate")
    op.execute(AUDIT_FLOOR)
    gate_function(FLOOR, may_call="portal_app, portal_worker")
    op.execute(WORK_FOR)
    gate_function("work_for(bigint)", may_call="portal_worker")
    limit_reach(LOG, REACHED)
    # Uses are looked through where the patient is known; one's own stay one's own.
    limit_reach(
        "break_glass",
        "user_id = (SELECT current_user_id()) OR EXISTS (SELECT FROM patients p"
        " WHERE p.tenant_id = break_glass.tenant_id AND p.id = break_glass.patient_id OFFSET 0)",
    )


def downgrade() -> None:
    op.execute("DROP POLICY break_glass_reach ON break_glass")
    op.execute(f"DROP POLICY {LOG}_reach ON {LOG}")
    op.execute("DROP FUNCTION work_for(bigint)")
    op.execute(f"DROP FUNCTION {FLOOR}")
    op.execute(f"REVOKE SELECT ({FLOOR_READS}) ON {LOG} FROM portal_gate")
    op.execute(f"DROP FUNCTION {REACHES}")
