"""Of what there may be so many of at a time, the database counts, one after the other."""

from alembic import op

revision = "0055"
down_revision = "0054"
branch_labels = None
depends_on = None

# Given: the most, whose they are (a column), and what has not come to its end yet. Of several at
# once each waits for the one before it, and counts it too.
AT_MOST = """
CREATE FUNCTION at_most() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  whose text := to_jsonb(NEW) ->> TG_ARGV[1];
  others int;
BEGIN
  IF TG_OP = 'UPDATE' AND OLD.status = ANY (TG_ARGV[2:]) THEN
    RETURN NEW;
  END IF;
  PERFORM pg_advisory_xact_lock(
    hashtextextended(concat_ws('|', 'at_most', TG_TABLE_NAME, NEW.tenant_id, whose), 0));
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
# A person's exports, and a clinic's files: both are kept as a whole until they come to their end.
COUNTED = {
    "exports": (5, "asked_by", ("waiting", "making")),
    "uploads": (20, "tenant_id", ("waiting",)),
}


def upgrade() -> None:
    op.execute(AT_MOST)
    op.execute("REVOKE ALL ON FUNCTION at_most() FROM PUBLIC")
    for table, (most, whose, unfinished) in COUNTED.items():
        listed = ", ".join(f"'{status}'" for status in unfinished)
        op.execute(
            f"CREATE TRIGGER at_most BEFORE INSERT OR UPDATE OF status ON {table} FOR EACH ROW"
            f" WHEN (NEW.status IN ({listed}))"
            f" EXECUTE FUNCTION at_most({most}, '{whose}', {listed})"
        )


def downgrade() -> None:
    for table in COUNTED:
        op.execute(f"DROP TRIGGER at_most ON {table}")
    op.execute("DROP FUNCTION at_most()")
