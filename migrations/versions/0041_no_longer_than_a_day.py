"""No visit, no slot and no workflow that can be booked is longer than a day."""

from alembic import op

from portal.tenancy.migrating import add_check, begin_again

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

CHECKS = {
    "appointments": "end_at - start_at <= interval '24 hours'",
    "availability_slots": "end_at - start_at <= interval '24 hours'",
    "service_workflows": "NOT active OR total_estimated_minutes <= 1440",
}
THERE = "EXISTS (SELECT FROM pg_constraint WHERE conname ~ '^ck_.*_longest$')"


def upgrade() -> None:
    begin_again(THERE, downgrade)
    # One by one: whoever books locks these tables in another order.
    with op.get_context().autocommit_block():
        for table, condition in CHECKS.items():
            add_check(table, f"ck_{table}_longest", condition)


def downgrade() -> None:
    with op.get_context().autocommit_block():
        for table in CHECKS:
            op.execute(f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS ck_{table}_longest")
