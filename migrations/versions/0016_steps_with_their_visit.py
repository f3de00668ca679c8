"""Steps may be written in the statement that writes their visit, which a policy cannot see yet."""

from alembic import op

from portal.tenancy.policies import KEPT_APART, limit_reach

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

OF_THE_VISIT = (
    "EXISTS (SELECT FROM appointments a"
    " WHERE a.tenant_id = appointment_steps.tenant_id"
    " AND a.id = appointment_steps.appointment_id OFFSET 0)"
)
# Asked at the statement's end, of everything that it wrote at once.
REACH_STEPS = """
CREATE FUNCTION reach_written_steps() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF current_facilities() IS NOT NULL AND EXISTS (
    SELECT FROM written w WHERE NOT EXISTS (
      SELECT FROM appointments a
      WHERE a.tenant_id = w.tenant_id AND a.id = w.appointment_id))
  THEN
    RAISE insufficient_privilege USING MESSAGE = 'no such visit';
  END IF;
  RETURN NULL;
END $$
"""
TRIGGER = """
CREATE TRIGGER reach_{0} AFTER {0} ON appointment_steps
REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION reach_written_steps()
"""


def upgrade() -> None:
    op.execute("DROP POLICY appointment_steps_reach ON appointment_steps")
    op.execute(
        "CREATE POLICY appointment_steps_reach ON appointment_steps AS RESTRICTIVE"
        f" TO {KEPT_APART} USING ((SELECT current_facilities()) IS NULL OR {OF_THE_VISIT})"
        " WITH CHECK (true)"
    )
    op.execute(REACH_STEPS)
    op.execute("REVOKE ALL ON FUNCTION reach_written_steps() FROM PUBLIC")
    for event in ("INSERT", "UPDATE"):
        op.execute(TRIGGER.format(event))


def downgrade() -> None:
    for event in ("INSERT", "UPDATE"):
        op.execute(f"DROP TRIGGER reach_{event} ON appointment_steps")
    op.execute("DROP FUNCTION reach_written_steps()")
    op.execute("DROP POLICY appointment_steps_reach ON appointment_steps")
    limit_reach("appointment_steps", OF_THE_VISIT)
