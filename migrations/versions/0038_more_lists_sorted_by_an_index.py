"""Lists of facilities, payers and step types are read in their order instead of sorted each time."""

from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

INDEXES = {
    "ix_facilities_sorted": "facilities (tenant_id, sort_key(name), id) WHERE deleted_at IS NULL",
    "ix_insurance_providers_sorted": "insurance_providers (tenant_id, sort_key(name), id)",
    "ix_step_templates_sorted": "step_templates (tenant_id, sort_key(name), id)",
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
