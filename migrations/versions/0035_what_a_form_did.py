"""What a form did is kept with its key, to be told to whoever sends it with something else in it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("form_submissions", sa.Column("said", postgresql.JSONB(), nullable=True))


def downgrade() -> None:
    op.drop_column("form_submissions", "said")
