"""Lists of staff and of plans are read in their order instead of sorted each time."""

from alembic import op

revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None

INDEXES = {
    "ix_users_sorted": "users (tenant_id, sort_key(name), id)",
    "ix_insurance_plans_sorted": "insurance_plans (tenant_id, sort_key(name), id)",
}


def upgrade() -> None:
    # What was cut off half-way leaves an index that is not valid; it is made anew.
    downgrade()
    with op.get_context().autocommit_block():
        for name, columns in INDEXES.items():
            op.execute(f"CREATE INDEX CONCURRENTLY {name} ON {columns}")


def downgrade() -> None:
    with op.get_context().autocommit_block():
        for name in INDEXES:
            op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
