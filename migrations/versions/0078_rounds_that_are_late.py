"""A background job that is at work says until when it should be done."""

import sqlalchemy as sa
from alembic import op

revision = "0078"
down_revision = "0077"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("worker_heartbeats", sa.Column("due_by", sa.DateTime(timezone=True)))


def downgrade() -> None:
    op.drop_column("worker_heartbeats", "due_by")
