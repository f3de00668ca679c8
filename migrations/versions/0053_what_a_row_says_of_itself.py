"""When a row was made and changed, and by whom, the web role says no more than it did."""

from alembic import op

revision = "0053"
down_revision = "0052"
branch_labels = None
depends_on = None

STAMP_ROW = """
CREATE OR REPLACE FUNCTION stamp_row() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  {kept}IF {asked}coalesce(current_setting('portal.resealing', true), '') <> 'on' THEN
    NEW.updated_at := now();
  END IF;
  RETURN NEW;
END $$
"""
STAMP_VERSION = """
CREATE OR REPLACE FUNCTION stamp_version() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, {path}pg_temp AS $$
BEGIN
  {kept}NEW.updated_at := now();
  NEW.row_version := OLD.row_version + 1;
  RETURN NEW;
END $$
"""
GUARD_NAME = """
CREATE OR REPLACE FUNCTION guard_name() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  before jsonb := CASE WHEN TG_OP = 'UPDATE' THEN to_jsonb(OLD) ELSE '{{}}' END;
  after jsonb := to_jsonb(NEW);
BEGIN
  IF EXISTS (
    SELECT FROM unnest(TG_ARGV) AS each (name)
    WHERE after ->> name IS NOT NULL AND after ->> name IS DISTINCT FROM before ->> name
      AND (after ->> name)::bigint IS DISTINCT FROM current_user_id())
  THEN
    RAISE insufficient_privilege USING MESSAGE = 'what is done is written in one''s own name';
  END IF;
  {made}RETURN NEW;
END $$
"""
# Only the worker and the owner seal rows again, which nobody calls a change.
KEPT = """IF current_user = 'portal_app' THEN
    NEW.created_at := OLD.created_at;
  END IF;
  """
# An appointment says who changed it last, and leaves it to nobody to say.
KEPT_AND_SIGNED = """IF current_user = 'portal_app' THEN
    NEW.created_at := OLD.created_at;
    NEW.updated_by := current_user_id();
  END IF;
  """
MADE = """IF TG_OP = 'INSERT' THEN
    NEW.created_at := now();
  END IF;
  """
NAMED = {"appointments": "updated_by", "availability_slots": "reserved_by"}


def upgrade() -> None:
    op.execute(STAMP_ROW.format(kept=KEPT, asked="current_user = 'portal_app' OR "))
    op.execute(STAMP_VERSION.format(path="public, ", kept=KEPT_AND_SIGNED))
    op.execute(GUARD_NAME.format(made=MADE))
    for table, column in NAMED.items():
        op.execute(
            f"CREATE TRIGGER guard_name BEFORE INSERT OR UPDATE OF {column} ON {table} FOR EACH ROW"
            f" WHEN (current_user = 'portal_app' AND NEW.{column} IS NOT NULL)"
            f" EXECUTE FUNCTION guard_name('{column}')"
        )


def downgrade() -> None:
    for table in NAMED:
        op.execute(f"DROP TRIGGER guard_name ON {table}")
    op.execute(GUARD_NAME.format(made=""))
    op.execute(STAMP_VERSION.format(path="", kept=""))
    op.execute(STAMP_ROW.format(kept="", asked=""))
