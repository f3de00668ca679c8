"""Patients belong to the facilities that know them; break-glass opens another's for an hour."""

import sqlalchemy as sa
from alembic import op

from portal.tenancy.policies import gate_function, limit_reach, open_to_gate, protect, stamp

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

# Asked once a statement, of the session that broke the glass and no other.
OPENED_PATIENTS = """
CREATE FUNCTION opened_patients() RETURNS bigint[]
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  context text[] := verified_context();
BEGIN
  RETURN (
    SELECT array_agg(b.patient_id) FROM break_glass b
    WHERE b.tenant_id = context[2]::bigint AND b.session_id = nullif(context[5], '')::bigint
      AND b.user_id = nullif(context[3], '')::bigint AND b.expires_at > clock_timestamp());
END $$
"""

# For the policies of tables that the patients' own policy asks: written out there, the two would
# ask each other without end.
REACHES_PATIENT = """
CREATE FUNCTION reaches_patient(wanted bigint) RETURNS boolean
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  RETURN EXISTS (SELECT FROM patients p WHERE p.tenant_id = current_tenant() AND p.id = wanted);
END $$
"""

# The number of a living patient of the clinic, for somebody who does not see every facility.
OUTSIDE_PATIENT = """
CREATE FUNCTION outside_patient(wanted bigint) RETURNS text
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  RETURN (
    SELECT p.mrn FROM patients p
    WHERE p.tenant_id = current_tenant() AND p.id = wanted AND p.deleted_at IS NULL
      AND current_facilities() IS NOT NULL);
END $$
"""

# Who may be somebody that another facility knows: by a whole key that is theirs alone (telephone,
# e-mail, number), or by birth date and a part of the name. It tells numbers and nothing else, and
# asking leaves its entry, whoever asks and however.
PATIENTS_ELSEWHERE = """
CREATE FUNCTION patients_elsewhere(
  fields text[], tokens bytea[], born bytea, names bytea[]
) RETURNS TABLE (patient_id bigint, mrn text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  context text[] := verified_context();
  scope bigint[] := current_facilities();
  tenant bigint := context[2]::bigint;
  known record;
BEGIN
  FOR known IN
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

# The session's row is the turnstile: of two requests at once the second finds what the first made.
BREAK_GLASS = """
CREATE FUNCTION break_glass(wanted bigint, why text) RETURNS timestamptz
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  context text[] := verified_context();
  tenant bigint := context[2]::bigint;
  usr bigint := nullif(context[3], '')::bigint;
  entered bigint := nullif(context[5], '')::bigint;
  ends timestamptz;
BEGIN
  PERFORM FROM user_sessions s
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

# What is written of a patient by a session that broke the glass for them says so.
AUDIT_APPEND = """
CREATE OR REPLACE FUNCTION audit_append(
  tenant bigint, who text, usr bigint, session bigint, action text, table_name text,
  record bigint, patient bigint, old_values jsonb, new_values jsonb, outcome text, reason text
) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  request jsonb := nullif(current_setting('portal.request', true), '')::jsonb;
  told text := coalesce(reason, request ->> 'reason');
BEGIN
  {marked}
  INSERT INTO user_action_audit_log (
    tenant_id, actor, user_id, session_id, request_id, action_type, table_name, record_id,
    patient_id, old_values, new_values, outcome, reason, ip, user_agent)
  VALUES (
    tenant, who, usr, session, (request ->> 'id')::uuid, left(action, 120), table_name, record,
    patient, old_values, new_values, outcome, left(told, 2000),
    left(request ->> 'ip', 60), left(request ->> 'user_agent', 300));
END $$
"""
MARKED = """
  IF patient IS NOT NULL AND session IS NOT NULL AND EXISTS (
    SELECT FROM break_glass b
    WHERE b.tenant_id = tenant AND b.session_id = session AND b.patient_id = patient
      AND b.expires_at > clock_timestamp())
  THEN
    told := concat_ws(': ', 'break-glass', told);
  END IF;"""

FUNCTIONS = {
    "opened_patients()": (OPENED_PATIENTS, "portal_app, portal_worker, portal_owner"),
    "outside_patient(bigint)": (OUTSIDE_PATIENT, "portal_app"),
    "patients_elsewhere(text[], bytea[], bytea, bytea[])": (PATIENTS_ELSEWHERE, "portal_app"),
    "break_glass(bigint, text)": (BREAK_GLASS, "portal_app"),
}
# The gate looks patients up by number and never sees what is sealed.
GATE_READS = {
    "patients": "tenant_id, id, mrn, status, facility_id, deleted_at",
    "patient_search_tokens": "tenant_id, field, token, patient_id",
    "appointments": "tenant_id, patient_id, facility_id",
}
OF_THE_PATIENT = (
    "EXISTS (SELECT FROM patients p"
    " WHERE p.tenant_id = {0}.tenant_id AND p.id = {0}.patient_id OFFSET 0)"
)
REACH = {
    "patients": "facility_id = ANY ((SELECT current_facilities())::bigint[])"
    " OR id = ANY ((SELECT opened_patients())::bigint[])"
    " OR EXISTS (SELECT FROM appointments a"
    " WHERE a.tenant_id = patients.tenant_id AND a.patient_id = patients.id OFFSET 0)",
    "patient_search_tokens": OF_THE_PATIENT.format("patient_search_tokens"),
    "disclosures": OF_THE_PATIENT.format("disclosures"),
    "appointment_steps": "EXISTS (SELECT FROM appointments a"
    " WHERE a.tenant_id = appointment_steps.tenant_id"
    " AND a.id = appointment_steps.appointment_id OFFSET 0)",
}


def upgrade() -> None:
    _make_table()
    stamp("break_glass")
    protect("break_glass", rights="SELECT, UPDATE (reviewed_at, reviewed_by)")
    open_to_gate("break_glass", "SELECT, INSERT")
    # Nobody looks through what they did themselves and says that it was in order.
    op.execute(
        "CREATE POLICY break_glass_review ON break_glass AS RESTRICTIVE FOR UPDATE"
        " TO portal_app, portal_worker, portal_owner"
        " USING (user_id IS DISTINCT FROM (SELECT current_user_id()))"
    )
    for table, columns in GATE_READS.items():
        open_to_gate(table, f"SELECT ({columns})")
    for signature, (body, callers) in FUNCTIONS.items():
        op.execute(body)
        gate_function(signature, may_call=callers)
    op.execute(REACHES_PATIENT)
    op.execute("REVOKE ALL ON FUNCTION reaches_patient(bigint) FROM PUBLIC")
    op.execute(
        "GRANT EXECUTE ON FUNCTION reaches_patient(bigint)"
        " TO portal_app, portal_worker, portal_owner"
    )
    for table, reached in REACH.items():
        limit_reach(table, reached)
    for action in ("INSERT", "UPDATE"):
        limit_reach("appointments", "reaches_patient(patient_id)", action=action)
    _replace_audit_append(MARKED)


def downgrade() -> None:
    _replace_audit_append("")
    for action in ("insert", "update"):
        op.execute(f"DROP POLICY appointments_reach_{action} ON appointments")
    for table in REACH:
        op.execute(f"DROP POLICY {table}_reach ON {table}")
    op.execute("DROP FUNCTION reaches_patient(bigint)")
    for signature in reversed(FUNCTIONS):
        op.execute(f"DROP FUNCTION {signature}")
    for table, columns in GATE_READS.items():
        op.execute(f"DROP POLICY {table}_gate ON {table}")
        op.execute(f"REVOKE SELECT ({columns}) ON {table} FROM portal_gate")
    op.drop_table("break_glass")


def _replace_audit_append(marked: str) -> None:
    op.execute("GRANT CREATE ON SCHEMA public TO portal_gate")
    op.execute("SET LOCAL ROLE portal_gate")
    op.execute(AUDIT_APPEND.format(marked=marked))
    op.execute("RESET ROLE")
    op.execute("REVOKE CREATE ON SCHEMA public FROM portal_gate")


def _make_table() -> None:
    stamped = (
        sa.Column(name, sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False)
        for name in ("created_at", "updated_at")
    )
    references = {
        "user_id": ("users", "RESTRICT"),
        "session_id": ("user_sessions", "SET NULL (session_id)"),
        "patient_id": ("patients", "RESTRICT"),
        "reviewed_by": ("users", "RESTRICT"),
    }
    op.create_table(
        "break_glass",
        sa.Column(
            "tenant_id", sa.BigInteger(), server_default=sa.text("current_tenant()"), nullable=False
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("session_id", sa.BigInteger(), nullable=True),
        sa.Column("patient_id", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reviewed_by", sa.BigInteger(), nullable=True),
        *stamped,
        sa.CheckConstraint(
            "char_length(btrim(reason)) BETWEEN 10 AND 500", name=op.f("ck_break_glass_reason")
        ),
        sa.CheckConstraint(
            "expires_at <= created_at + interval '60 minutes'",
            name=op.f("ck_break_glass_expires_at"),
        ),
        *(
            sa.ForeignKeyConstraint(
                ["tenant_id", column],
                [f"{table}.tenant_id", f"{table}.id"],
                name=op.f(f"fk_break_glass_{column}"),
                ondelete=action,
            )
            for column, (table, action) in references.items()
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenants.id"], name=op.f("fk_break_glass_tenant_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_break_glass")),
    )
    for columns in (["session_id", "patient_id"], ["user_id"], ["patient_id"], ["reviewed_by"]):
        op.create_index(
            f"ix_break_glass_{'_'.join(columns)}", "break_glass", ["tenant_id", *columns]
        )
    op.create_index(
        "ix_break_glass_unreviewed",
        "break_glass",
        ["tenant_id", "id"],
        postgresql_where=sa.text("reviewed_at IS NULL"),
    )
