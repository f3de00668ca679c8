"""What a role is not let do in the portal it does not do in the database either."""

from alembic import op

from portal.tenancy.policies import gate_function, replace_gate_function

revision = "0052"
down_revision = "0051"
branch_labels = None
depends_on = None

# Whoever is signed in, by what the database itself has of them.
HAS_ROLE = """
CREATE FUNCTION has_role(VARIADIC roles text[]) RETURNS boolean
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  context text[] := verified_context();
BEGIN
  RETURN EXISTS (
    SELECT FROM users u
    WHERE u.tenant_id = context[2]::bigint AND u.id = nullif(context[3], '')::bigint
      AND u.role = ANY (roles));
END $$
"""
# Asked once a statement, whatever rows it writes. What the worker, the command line and the
# database's own functions write is theirs.
GUARD = """
CREATE FUNCTION guard_role() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF NOT has_role(VARIADIC TG_ARGV) THEN
    RAISE insufficient_privilege USING MESSAGE = 'this role does not write there';
  END IF;
  RETURN NULL;
END $$
"""
MANAGE = ("owner", "admin")
OVERSEE = (*MANAGE, "auditor")
RECORD = (*MANAGE, "front_desk")
WORK = (*RECORD, "clinician")
# Who writes what: `portal/auth/permissions.py` says the same of pages, and a test compares.
WRITTEN_BY = {
    MANAGE: (
        "availability_rules", "break_glass", "doctors", "facilities", "facility_doctors",
        "facility_insurance_plans", "insurance_plans", "insurance_providers",
        "patient_distinctions", "patient_merges", "service_offerings", "service_workflows",
        "services", "step_templates", "uploads", "workflow_steps",
    ),
    OVERSEE: ("export_parts", "exports"),
    RECORD: ("absence_spans", "absence_visits", "absences", "availability_exceptions"),
    WORK: (
        "appointment_acts", "appointment_series", "appointment_steps", "appointments",
        "disclosures", "patient_alerts", "patient_contacts", "patient_notes",
        "patient_search_tokens", "patients", "waitlist_entries", "waitlist_facilities",
    ),
}  # fmt: skip
OVERSEES = "(SELECT has_role('owner', 'admin', 'auditor'))"
MINE = "{} = (SELECT current_user_id())"
# Who reads it, where that is not everybody of the clinic.
SEEN = {
    "break_glass": f"{MINE.format('user_id')} OR {OVERSEES}",
    "exports": f"{MINE.format('asked_by')}"
    f" OR ((SELECT current_facilities()) IS NULL AND {OVERSEES})",
    "export_parts": "EXISTS (SELECT FROM exports e WHERE e.tenant_id = export_parts.tenant_id"
    " AND e.id = export_parts.export_id OFFSET 0)",
    "uploads": "(SELECT has_role('owner', 'admin'))",
}

# Both as before, but for who asks.
ASKED = """IF NOT has_role('owner', 'admin', 'front_desk', 'clinician') THEN
    RAISE insufficient_privilege USING MESSAGE = 'this role does not open others'' patients';
  END IF;
  """
BREAK_GLASS = """
CREATE OR REPLACE FUNCTION break_glass(wanted bigint, why text) RETURNS timestamptz
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  context text[] := verified_context();
  tenant bigint := context[2]::bigint;
  usr bigint := nullif(context[3], '')::bigint;
  entered bigint := nullif(context[5], '')::bigint;
  ends timestamptz;
BEGIN
  {asked}PERFORM FROM user_sessions s
  WHERE s.tenant_id = tenant AND s.id = entered AND s.user_id = usr
    AND s.proven_at > now() - interval '5 minutes'
  FOR UPDATE;
  IF NOT FOUND THEN
    RAISE insufficient_privilege USING MESSAGE = 'break-glass needs a fresh proof';
  END IF;
  IF outside_patient(wanted) IS NULL THEN
    RAISE no_data_found USING MESSAGE = 'no such patient';
  END IF;
  SELECT max(b.expires_at) INTO ends FROM break_glass b
  WHERE b.tenant_id = tenant AND b.session_id = entered AND b.user_id = usr
    AND b.patient_id = wanted AND b.expires_at > clock_timestamp();
  IF ends IS NULL THEN
    PERFORM audit_append(tenant, context[6], usr, entered, 'break-glass', 'patients', wanted,
      wanted, NULL, NULL, 'done', why);
    INSERT INTO break_glass (tenant_id, user_id, session_id, patient_id, reason, expires_at)
    VALUES (tenant, usr, entered, wanted, btrim(why), now() + interval '60 minutes')
    RETURNING expires_at INTO ends;
  END IF;
  RETURN ends;
END $$
"""
PATIENTS_ELSEWHERE = """
CREATE OR REPLACE FUNCTION patients_elsewhere(
  fields text[], tokens bytea[], born bytea, names bytea[]
) RETURNS TABLE (patient_id bigint, mrn text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  context text[] := verified_context();
  scope bigint[] := current_facilities();
  tenant bigint := context[2]::bigint;
  known record;
BEGIN
  {asked}FOR known IN
    SELECT p.id, p.mrn
    FROM (
      SELECT t.patient_id FROM unnest(fields, tokens) AS key (field, token)
      JOIN patient_search_tokens t
        ON t.tenant_id = tenant AND t.field = key.field AND t.token = key.token
      WHERE key.field IN ('phone', 'email', 'mrn')
      UNION
      SELECT b.patient_id FROM patient_search_tokens b
      WHERE b.tenant_id = tenant AND b.field = 'dob' AND b.token = born AND EXISTS (
        SELECT FROM patient_search_tokens n
        WHERE n.tenant_id = tenant AND n.field = 'name' AND n.token = ANY (names)
          AND n.patient_id = b.patient_id)
    ) AS alike
    JOIN patients p ON p.tenant_id = tenant AND p.id = alike.patient_id
    WHERE p.deleted_at IS NULL AND p.status <> 'merged' AND scope IS NOT NULL
      AND (p.facility_id = ANY (scope)) IS NOT TRUE
      AND NOT EXISTS (
        SELECT FROM appointments a
        WHERE a.tenant_id = tenant AND a.patient_id = p.id AND a.facility_id = ANY (scope))
    ORDER BY p.id DESC LIMIT 10
  LOOP
    PERFORM audit_append(tenant, context[6], nullif(context[3], '')::bigint,
      nullif(context[5], '')::bigint, 'patients.elsewhere', 'patients', known.id, known.id,
      NULL, NULL, 'done', NULL);
    patient_id := known.id;
    mrn := known.mrn;
    RETURN NEXT;
  END LOOP;
  IF patient_id IS NULL AND scope IS NOT NULL THEN
    PERFORM audit_append(tenant, context[6], nullif(context[3], '')::bigint,
      nullif(context[5], '')::bigint, 'patients.elsewhere', 'patients', NULL, NULL, NULL, NULL,
      'done', NULL);
  END IF;
END $$
"""


def upgrade() -> None:
    op.execute(HAS_ROLE)
    gate_function("has_role(text[])", may_call="portal_app")
    op.execute(GUARD)
    gate_function("guard_role()", may_call="portal_owner")
    for roles, tables in WRITTEN_BY.items():
        told = ", ".join(f"'{role}'" for role in roles)
        for table in tables:
            op.execute(
                f"CREATE TRIGGER guard_role BEFORE INSERT OR UPDATE OR DELETE ON {table}"
                " FOR EACH STATEMENT WHEN (current_user = 'portal_app')"
                f" EXECUTE FUNCTION guard_role({told})"
            )
    for table, seen in SEEN.items():
        op.execute(
            f"CREATE POLICY {table}_seen ON {table} AS RESTRICTIVE TO portal_app"
            f" USING ({seen}) WITH CHECK (true)"
        )
    for function in (BREAK_GLASS, PATIENTS_ELSEWHERE):
        replace_gate_function(function.format(asked=ASKED))


def downgrade() -> None:
    for function in (BREAK_GLASS, PATIENTS_ELSEWHERE):
        replace_gate_function(function.format(asked=""))
    for table in SEEN:
        op.execute(f"DROP POLICY {table}_seen ON {table}")
    for tables in WRITTEN_BY.values():
        for table in tables:
            op.execute(f"DROP TRIGGER guard_role ON {table}")
    op.execute("SET LOCAL ROLE portal_gate")
    op.execute("DROP FUNCTION guard_role()")
    op.execute("DROP FUNCTION has_role(text[])")
    op.execute("RESET ROLE")
