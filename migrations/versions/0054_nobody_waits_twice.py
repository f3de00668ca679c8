"""Nobody is on the waitlist twice for one service and the same days."""

from alembic import op

revision = "0054"
down_revision = "0053"
branch_labels = None
depends_on = None

# No constraint says it: records that are merged, and a booking that is undone, may bring a second
# one. Of two at once the second waits for the patient's row, and finds what the first wrote.
WAITS_ONCE = """
CREATE FUNCTION waits_once() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  PERFORM FROM patients
  WHERE tenant_id = NEW.tenant_id AND id = NEW.patient_id FOR NO KEY UPDATE;
  IF EXISTS (
    SELECT FROM waitlist_entries e
    WHERE e.tenant_id = NEW.tenant_id AND e.patient_id = NEW.patient_id
      AND e.service_id = NEW.service_id AND e.status = 'waiting' AND e.id <> NEW.id
      AND e.earliest_on <= NEW.latest_on AND e.latest_on >= NEW.earliest_on)
  THEN
    RAISE unique_violation USING MESSAGE = 'the patient waits for this already',
      CONSTRAINT = 'uq_waitlist_entries_waits_once';
  END IF;
  RETURN NEW;
END $$
"""
WHEN = {
    "waits_once_added": ("INSERT", "NEW.status = 'waiting'"),
    "waits_once_changed": (
        "UPDATE OF status, service_id, earliest_on, latest_on",
        "NEW.status = 'waiting' AND (OLD.status = 'withdrawn'"
        " OR (OLD.service_id, OLD.earliest_on, OLD.latest_on)"
        " IS DISTINCT FROM (NEW.service_id, NEW.earliest_on, NEW.latest_on))",
    ),
}


def upgrade() -> None:
    op.execute(WAITS_ONCE)
    op.execute("REVOKE ALL ON FUNCTION waits_once() FROM PUBLIC")
    for name, (what, condition) in WHEN.items():
        op.execute(
            f"CREATE TRIGGER {name} BEFORE {what} ON waitlist_entries FOR EACH ROW"
            f" WHEN ({condition}) EXECUTE FUNCTION waits_once()"
        )


def downgrade() -> None:
    for name in WHEN:
        op.execute(f"DROP TRIGGER {name} ON waitlist_entries")
    op.execute("DROP FUNCTION waits_once()")
