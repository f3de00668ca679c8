"""Whoever did something stays named: nobody takes a name off what was done."""

from alembic import op

revision = "0067"
down_revision = "0066"
branch_labels = None
depends_on = None

# As before, but for `stays`.
GUARD_NAME = """
CREATE OR REPLACE FUNCTION guard_name() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  before jsonb := CASE WHEN TG_OP = 'UPDATE' THEN to_jsonb(OLD) ELSE '{{}}' END;
  after jsonb := to_jsonb(NEW);
BEGIN
  IF EXISTS (
    SELECT FROM unnest(TG_ARGV) AS each (name)
    WHERE {named} AND after ->> name IS DISTINCT FROM before ->> name
      AND (after ->> name)::bigint IS DISTINCT FROM current_user_id())
  THEN
    RAISE insufficient_privilege USING MESSAGE = 'what is done is written in one''s own name';
  END IF;
  IF TG_OP = 'INSERT' THEN
    NEW.created_at := now();
  END IF;
  RETURN NEW;
END $$
"""
BEFORE = "after ->> name IS NOT NULL"
# That somebody called a patient is taken back together with their name.
NOW = """(after ->> name IS NOT NULL
        OR TG_OP = 'UPDATE' AND TG_TABLE_NAME <> 'absence_visits')"""


def upgrade() -> None:
    op.execute(GUARD_NAME.format(named=NOW))


def downgrade() -> None:
    op.execute(GUARD_NAME.format(named=BEFORE))
