"""Notes, disclosures, merges and absences are written in one's own name, and stay so."""

from alembic import op

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None

# Whoever is named did it. Nobody puts a colleague there; a name goes where a deed is taken back, if
# the column lets it.
GUARD = """
CREATE FUNCTION guard_name() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  before jsonb := CASE WHEN TG_OP = 'UPDATE' THEN to_jsonb(OLD) ELSE '{}' END;
  after jsonb := to_jsonb(NEW);
BEGIN
  IF EXISTS (
    SELECT FROM unnest(TG_ARGV) AS each (name)
    WHERE after ->> name IS NOT NULL AND after ->> name IS DISTINCT FROM before ->> name
      AND (after ->> name)::bigint IS DISTINCT FROM current_user_id())
  THEN
    RAISE insufficient_privilege USING MESSAGE = 'what is done is written in one''s own name';
  END IF;
  RETURN NEW;
END $$
"""
# Who did it, and who took it back, ended or looked through it.
NAMES = {
    "absence_visits": ("called_by",),
    "absences": ("recorded_by", "undone_by"),
    "break_glass": ("reviewed_by",),
    "disclosures": ("recorded_by",),
    "patient_alerts": ("author_id", "ended_by"),
    "patient_contacts": ("author_id", "ended_by"),
    "patient_distinctions": ("decided_by",),
    "patient_merges": ("merged_by", "undone_by"),
    "patient_notes": ("author_id",),
}


def upgrade() -> None:
    op.execute(GUARD)
    op.execute("REVOKE ALL ON FUNCTION guard_name() FROM PUBLIC")
    for table, columns in NAMES.items():
        told = ", ".join(f"'{column}'" for column in columns)
        op.execute(
            f"CREATE TRIGGER guard_name BEFORE INSERT OR UPDATE OF {', '.join(columns)} ON {table}"
            f" FOR EACH ROW WHEN (current_user = 'portal_app') EXECUTE FUNCTION guard_name({told})"
        )


def downgrade() -> None:
    for table in NAMES:
        op.execute(f"DROP TRIGGER guard_name ON {table}")
    op.execute("DROP FUNCTION guard_name()")
