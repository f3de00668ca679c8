"""Forms that were sent, acts, exports and uploads are written in one's own name, and stay so."""

from alembic import op

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None

# Whose it is, and what else of a row that is there the web role changes.
OWN = {
    "appointment_acts": ("user_id", "undone_at, visit_version"),
    "exports": ("asked_by", "status, failure, ended_at"),
    "form_submissions": ("user_id", "location, said"),
    "uploads": ("uploaded_by", "status, content, report, ended_at"),
}
# What a form said and where it led is for whoever sent it: nobody else reads or forgets it either.
ONLY_OWN = ("form_submissions",)


def upgrade() -> None:
    for table, (column, changed) in OWN.items():
        mine = f"({column} = (SELECT current_user_id()))"
        if table == "appointment_acts":  # one that is on nobody's stack is nobody's
            mine = f"({column} IS NULL OR {mine})"
        rows = f"USING {mine} WITH CHECK {mine}" if table in ONLY_OWN else f"WITH CHECK {mine}"
        op.execute(
            f"CREATE POLICY {table}_own ON {table} AS RESTRICTIVE"
            f" FOR {'ALL' if table in ONLY_OWN else 'INSERT'} TO portal_app {rows}"
        )
        op.execute(f"REVOKE UPDATE ON {table} FROM portal_app")
        op.execute(f"GRANT UPDATE ({changed}) ON {table} TO portal_app")


def downgrade() -> None:
    for table, (_column, changed) in OWN.items():
        op.execute(f"REVOKE UPDATE ({changed}) ON {table} FROM portal_app")
        op.execute(f"GRANT UPDATE ON {table} TO portal_app")
        op.execute(f"DROP POLICY {table}_own ON {table}")
