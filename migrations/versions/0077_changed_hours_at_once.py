"""Few changed hours of a doctor at a facility overlap: each is laid out from beginning to end."""

from alembic import op

revision = "0077"
down_revision = "0076"
branch_labels = None
depends_on = None

# What overlaps is laid out side by side, for one rule each or for one another: that stays so. Of
# two at once the second waits for the doctor's row, and counts what the first wrote.
FEW_AT_ONCE = """
CREATE FUNCTION few_at_once() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  PERFORM require_present();
  PERFORM FROM doctors
  WHERE tenant_id = NEW.tenant_id AND id = NEW.doctor_id FOR NO KEY UPDATE;
  IF (
    SELECT count(*) FROM availability_exceptions e
    WHERE e.tenant_id = NEW.tenant_id AND e.doctor_id = NEW.doctor_id
      AND e.facility_id = NEW.facility_id AND e.type = 'override' AND e.id <> NEW.id
      AND e.start_at < NEW.end_at AND e.end_at > NEW.start_at
      AND e.start_at > NEW.start_at - interval '32 days') >= 8
  THEN
    RAISE check_violation USING MESSAGE = 'too many changed hours at once',
      CONSTRAINT = 'ck_availability_exceptions_at_once';
  END IF;
  RETURN NEW;
END $$
"""


def upgrade() -> None:
    op.execute(FEW_AT_ONCE)
    op.execute("REVOKE ALL ON FUNCTION few_at_once() FROM PUBLIC")
    op.execute(
        "CREATE TRIGGER few_at_once BEFORE INSERT OR UPDATE"
        " OF tenant_id, doctor_id, facility_id, type, start_at, end_at"
        " ON availability_exceptions FOR EACH ROW WHEN (NEW.type = 'override')"
        " EXECUTE FUNCTION few_at_once()"
    )


def downgrade() -> None:
    op.execute("DROP TRIGGER few_at_once ON availability_exceptions")
    op.execute("DROP FUNCTION few_at_once()")
