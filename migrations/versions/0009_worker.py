"""The worker's heartbeat, by which the readiness check knows that it runs."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "worker_heartbeats",
        sa.Column("job", sa.Text(), nullable=False),
        sa.Column("beat_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seconds", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("job", name="pk_worker_heartbeats"),
    )
    op.execute("GRANT SELECT ON worker_heartbeats TO portal_app")
    op.execute("GRANT SELECT, INSERT, UPDATE ON worker_heartbeats TO portal_worker")


def downgrade() -> None:
    op.drop_table("worker_heartbeats")
