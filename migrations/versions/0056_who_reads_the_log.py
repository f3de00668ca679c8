"""Looks, sign-ins and refusals in the log are read by those whose role oversees them."""

from alembic import op

revision = "0056"
down_revision = "0055"
branch_labels = None
depends_on = None

LOG = "user_action_audit_log"
# Everybody else reads of changes alone: a form says who changed its record meanwhile.
CHANGES = "action_type IN (table_name || '.insert', table_name || '.update')"


def upgrade() -> None:
    op.execute(
        f"CREATE POLICY {LOG}_seen ON {LOG} AS RESTRICTIVE FOR SELECT TO portal_app"
        f" USING ((SELECT has_role('owner', 'admin', 'auditor')) OR {CHANGES})"
    )


def downgrade() -> None:
    op.execute(f"DROP POLICY {LOG}_seen ON {LOG}")
