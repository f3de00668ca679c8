"""Whoever is limited to some facilities is told which others accept a plan, and nothing else."""

from alembic import op

from portal.tenancy.policies import gate_function, open_to_gate

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

# At most five names, of the entered clinic's open facilities beyond the person's own: those that
# accept the plan on the day and where a doctor gives the service (none: any). To somebody who sees
# every facility, and to nobody, it says nothing.
ACCEPTING_ELSEWHERE = """
CREATE FUNCTION accepting_elsewhere(plan bigint, service bigint, day date)
RETURNS TABLE (facility_name text)
LANGUAGE plpgsql STABLE ROWS 5 SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  tenant bigint := current_tenant();
  scope bigint[] := current_facilities();
BEGIN
  RETURN QUERY
    SELECT f.name::text
    FROM facility_insurance_plans taken
    JOIN insurance_plans p ON p.tenant_id = tenant AND p.id = taken.insurance_plan_id
    JOIN facilities f ON f.tenant_id = tenant AND f.id = taken.facility_id
    WHERE taken.tenant_id = tenant AND taken.insurance_plan_id = plan AND taken.enabled
      AND scope IS NOT NULL AND f.id <> ALL (scope) AND f.deleted_at IS NULL
      AND day <@ (daterange(p.effective_from, p.effective_to, '[]')
        * daterange(taken.accepted_since, taken.accepted_until, '[]'))
      AND (service IS NULL OR EXISTS (
        SELECT FROM service_offerings o
        JOIN facility_doctors place ON place.tenant_id = tenant
          AND place.facility_id = o.facility_id AND place.doctor_id = o.doctor_id AND place.active
        WHERE o.tenant_id = tenant AND o.service_id = service AND o.facility_id = f.id
          AND o.active))
    ORDER BY sort_key(f.name), f.id LIMIT 5;
END $$
"""
SIGNATURE = "accepting_elsewhere(bigint, bigint, date)"
GATE_READS = {
    "facilities": "tenant_id, id, name, deleted_at",
    "facility_insurance_plans": "tenant_id, facility_id, insurance_plan_id, enabled,"
    " accepted_since, accepted_until",
    "insurance_plans": "tenant_id, id, effective_from, effective_to",
    "service_offerings": "tenant_id, service_id, doctor_id, facility_id, active",
    "facility_doctors": "tenant_id, facility_id, doctor_id, active",
}


def upgrade() -> None:
    for table, columns in GATE_READS.items():
        open_to_gate(table, f"SELECT ({columns})")
    op.execute(ACCEPTING_ELSEWHERE)
    gate_function(SIGNATURE, may_call="portal_app")


def downgrade() -> None:
    op.execute("SET LOCAL ROLE portal_gate")
    op.execute(f"DROP FUNCTION {SIGNATURE}")
    op.execute("RESET ROLE")
    for table, columns in GATE_READS.items():
        op.execute(f"DROP POLICY {table}_gate ON {table}")
        op.execute(f"REVOKE SELECT ({columns}) ON {table} FROM portal_gate")
