"""Disclosures that a patient is not told of until a day, as an agency has asked."""

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("disclosures", sa.Column("withheld_until", sa.Date(), nullable=True))


def downgrade() -> None:
    op.drop_column("disclosures", "withheld_until")
