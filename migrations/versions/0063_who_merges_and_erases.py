"""Merging and erasing a patient want the role that their pages want, whatever else one writes."""

from alembic import op

revision = "0063"
down_revision = "0062"
branch_labels = None
depends_on = None

GUARD = """
CREATE TRIGGER {0} BEFORE {1} ON patients FOR EACH ROW
WHEN (current_user = 'portal_app' AND ({2})) EXECUTE FUNCTION guard_change('owner', 'admin')
"""
MERGED = "NEW.status = 'merged' OR NEW.merged_into IS NOT NULL OR NEW.deleted_at IS NOT NULL"
MERGING = """
  (NEW.status = 'merged') <> (OLD.status = 'merged')
  OR NEW.merged_into IS DISTINCT FROM OLD.merged_into
  OR NEW.deleted_at IS DISTINCT FROM OLD.deleted_at"""


def upgrade() -> None:
    op.execute(GUARD.format("guard_merged", "INSERT", MERGED))
    op.execute(GUARD.format("guard_merging", "UPDATE OF status, merged_into, deleted_at", MERGING))


def downgrade() -> None:
    op.execute("DROP TRIGGER guard_merging ON patients")
    op.execute("DROP TRIGGER guard_merged ON patients")
