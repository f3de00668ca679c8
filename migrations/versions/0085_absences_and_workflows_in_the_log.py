"""Absences and workflows are told in the log to whoever is let into one of their facilities."""

from alembic import op

from portal.tenancy.policies import limit_reach

revision = "0085"
down_revision = "0084"
branch_labels = None
depends_on = None

LOG = "user_action_audit_log"
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
OWN = ("export_parts", "exports", "uploads")
ITSELF = "{0} r WHERE r.tenant_id = tenant AND r.id = record"
# Their rows name no facility: these do, and row security answers of them.
THROUGH = {
    "absences": "absence_spans r WHERE r.tenant_id = tenant AND r.absence_id = record",
    "service_workflows": """service_workflows w
        JOIN service_offerings r ON r.tenant_id = tenant AND r.id = w.service_offering_id
        WHERE w.tenant_id = tenant AND w.id = record""",
    "workflow_steps": """workflow_steps s
        JOIN service_workflows w ON w.tenant_id = tenant AND w.id = s.service_workflow_id
        JOIN service_offerings r ON r.tenant_id = tenant AND r.id = w.service_offering_id
        WHERE s.tenant_id = tenant AND s.id = record""",
}

REACHES_RECORD = """
CREATE OR REPLACE FUNCTION reaches_record(
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
      reached := EXISTS (SELECT FROM {1});"""
REACHED = """
  (({log}.patient_id IS NULL OR EXISTS (SELECT FROM patients p
    WHERE p.tenant_id = {log}.tenant_id AND p.id = {log}.patient_id OFFSET 0))
  AND CASE
    WHEN {log}.table_name = ANY ('{{{own}}}')
      THEN {log}.user_id = (SELECT current_user_id())
    WHEN {log}.table_name = ANY ('{{{placed}}}')
      THEN reaches_record((SELECT current_facilities()), {log}.tenant_id, {log}.table_name,
        {log}.record_id, {log}.old_values, {log}.new_values)
    ELSE true
  END)"""


def upgrade() -> None:
    _decide({table: ITSELF.format(table) for table in PLACED} | THROUGH)


def downgrade() -> None:
    _decide({table: ITSELF.format(table) for table in PLACED})


def _decide(tables: dict[str, str]) -> None:
    """Both in one transaction: the policy asks the function of no table that it does not know."""
    cases = "\n".join(CASE.format(table, there) for table, there in tables.items())
    op.execute(REACHES_RECORD.format(cases=cases))
    op.execute(f"DROP POLICY {LOG}_reach ON {LOG}")
    limit_reach(LOG, REACHED.format(log=LOG, own=",".join(OWN), placed=",".join(sorted(tables))))
