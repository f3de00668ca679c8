"""Another facility's patient is told of in one word; their number to a role that opens them."""

from alembic import op

from portal.tenancy.policies import gate_function

revision = "0066"
down_revision = "0065"
branch_labels = None
depends_on = None

IS_OUTSIDE = """
CREATE FUNCTION is_outside(wanted bigint) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  RETURN outside_patient(wanted) IS NOT NULL;
END $$
"""
OUTSIDE_NUMBER = """
CREATE FUNCTION outside_number(wanted bigint) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  context text[] := verified_context();
  number text := outside_patient(wanted);
BEGIN
  IF NOT has_role('owner', 'admin', 'front_desk', 'clinician') THEN
    RAISE insufficient_privilege USING MESSAGE = 'this role does not open others'' patients';
  END IF;
  IF number IS NOT NULL THEN
    PERFORM audit_append(context[2]::bigint, context[6], nullif(context[3], '')::bigint,
      nullif(context[5], '')::bigint, 'patients.elsewhere', 'patients', wanted, wanted,
      NULL, NULL, 'done', NULL);
  END IF;
  RETURN number;
END $$
"""
FUNCTIONS = {"is_outside(bigint)": IS_OUTSIDE, "outside_number(bigint)": OUTSIDE_NUMBER}


def upgrade() -> None:
    for signature, body in FUNCTIONS.items():
        op.execute(body)
        gate_function(signature, may_call="portal_app")
    _as_the_gate("REVOKE EXECUTE ON FUNCTION outside_patient(bigint) FROM portal_app")


def downgrade() -> None:
    _as_the_gate("GRANT EXECUTE ON FUNCTION outside_patient(bigint) TO portal_app")
    for signature in FUNCTIONS:
        _as_the_gate(f"DROP FUNCTION {signature}")


def _as_the_gate(statement: str) -> None:
    op.execute("SET LOCAL ROLE portal_gate")
    op.execute(statement)
    op.execute("RESET ROLE")
