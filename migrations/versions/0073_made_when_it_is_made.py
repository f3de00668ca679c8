"""A row that the web role adds says of its making what is true, as one that it changes does."""

from alembic import op

revision = "0073"
down_revision = "0072"
branch_labels = None
depends_on = None

# Of patients, their alerts and notes, and the waitlist the clinic's clock says when they were
# made, which in a demonstration is another: of them only the last change is stamped.
DATED = ("patient_alerts", "patient_notes", "patients", "waitlist_entries")
MADE = (
    "absence_spans", "absence_visits", "absences", "appointment_acts", "appointment_series",
    "appointment_steps", "appointments", "availability_exceptions", "availability_rules",
    "availability_slots", "disclosures", "doctors", "exports", "facilities", "facility_doctors",
    "facility_insurance_plans", "factor_resets", "form_submissions", "insurance_plans",
    "insurance_providers", "passkeys", "patient_contacts", "patient_distinctions",
    "patient_merges", "recovery_codes", "service_offerings", "service_workflows", "services",
    "step_templates", "uploads", "user_facilities", "user_factors", "user_links", "users",
    "waitlist_facilities", "workflow_steps",
)  # fmt: skip
STAMP_NEW = """
CREATE OR REPLACE FUNCTION stamp_new() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF TG_NARGS = 0 THEN
    NEW.created_at := now();
  END IF;
  NEW.updated_at := now();
  RETURN NEW;
END $$
"""


def upgrade() -> None:
    # One by one: whoever books locks these tables in another order.
    with op.get_context().autocommit_block():
        op.execute(STAMP_NEW)
        for table in MADE:
            _stamp(table, "(NEW.created_at, NEW.updated_at) <> (now(), now())", "")
        for table in DATED:
            _stamp(table, "NEW.updated_at <> now()", "'dated'")


def _stamp(table: str, wrong: str, how: str) -> None:
    op.execute(f"DROP TRIGGER IF EXISTS stamp_new ON {table}")
    op.execute(
        f"CREATE TRIGGER stamp_new BEFORE INSERT ON {table} FOR EACH ROW"
        f" WHEN (current_user = 'portal_app' AND {wrong}) EXECUTE FUNCTION stamp_new({how})"
    )


def downgrade() -> None:
    with op.get_context().autocommit_block():
        for table in (*MADE, *DATED):
            op.execute(f"DROP TRIGGER IF EXISTS stamp_new ON {table}")
        op.execute("DROP FUNCTION IF EXISTS stamp_new()")
