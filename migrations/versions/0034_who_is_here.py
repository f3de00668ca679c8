"""Whoever is in the clinic is found by that alone, whatever the day of the visit."""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

NAME = "ix_appointments_present"


def upgrade() -> None:
    with op.get_context().autocommit_block():
        # One that was cut off half-way is there, and does not work.
        op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {NAME}")
        op.create_index(
            NAME,
            "appointments",
            ["tenant_id", "facility_id"],
            postgresql_where=sa.text("status IN ('checked_in', 'in_progress')"),
            postgresql_concurrently=True,
        )


def downgrade() -> None:
    op.drop_index(NAME, table_name="appointments")
