"""What the database counts it counts as things are now, and behind a lock of the clinic's own."""

from alembic import op

revision = "0057"
down_revision = "0056"
branch_labels = None
depends_on = None

# Whoever looks at the state of an earlier moment does not see what others wrote meanwhile, nor
# after having waited for them.
REQUIRE_PRESENT = """
CREATE FUNCTION require_present() RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF current_setting('transaction_isolation') <> 'read committed' THEN
    RAISE invalid_transaction_state
      USING MESSAGE = 'what there may be so many of is counted as it is now';
  END IF;
END $$
"""
# A lock whose number can be reckoned is taken by anybody, of another clinic too; the row of whose
# they are by nobody who does not see it. As its owner: the web role locks no clinic's row.
AT_MOST = """
CREATE OR REPLACE FUNCTION at_most() RETURNS trigger
LANGUAGE plpgsql {security} SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  whose text := to_jsonb(NEW) ->> TG_ARGV[1];
  others int;
BEGIN
  IF TG_OP = 'UPDATE' AND OLD.status = ANY (TG_ARGV[2:]) THEN
    RETURN NEW;
  END IF;
  {lock}
  EXECUTE format('SELECT count(*) FROM %I'
    ' WHERE tenant_id = $1 AND %I = $2 AND status = ANY ($3)', TG_TABLE_NAME, TG_ARGV[1])
  INTO others USING NEW.tenant_id, whose::bigint, TG_ARGV[2:];
  IF others >= TG_ARGV[0]::int THEN
    RAISE check_violation USING MESSAGE = 'there are as many already as there may be',
      CONSTRAINT = format('ck_%s_at_most', TG_TABLE_NAME);
  END IF;
  RETURN NEW;
END $$
"""
WAITS_ONCE = """
CREATE OR REPLACE FUNCTION waits_once() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  {present}PERFORM FROM patients
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
PRESENT = """PERFORM require_present();
  """
OWN_ROW = """PERFORM require_present();
  IF TG_ARGV[1] = 'tenant_id' THEN
    PERFORM FROM tenants WHERE id = NEW.tenant_id FOR NO KEY UPDATE;
  ELSE
    PERFORM FROM users
    WHERE tenant_id = NEW.tenant_id AND id = whose::bigint FOR NO KEY UPDATE;
  END IF;"""
RECKONED = """PERFORM pg_advisory_xact_lock(
    hashtextextended(concat_ws('|', 'at_most', TG_TABLE_NAME, NEW.tenant_id, whose), 0));"""


def upgrade() -> None:
    op.execute(REQUIRE_PRESENT)
    op.execute(AT_MOST.format(security="SECURITY DEFINER", lock=OWN_ROW))
    op.execute(WAITS_ONCE.format(present=PRESENT))


def downgrade() -> None:
    op.execute(WAITS_ONCE.format(present=""))
    op.execute(AT_MOST.format(security="SECURITY INVOKER", lock=RECKONED))
    op.execute("DROP FUNCTION require_present()")
