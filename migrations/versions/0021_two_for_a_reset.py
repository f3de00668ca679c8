"""Nobody approves a reset that nobody asked for."""

from alembic import op

from portal.tenancy.migrating import begin_again

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

NAME = "ck_factor_resets_asked_first"

THERE = f"EXISTS (SELECT FROM pg_constraint WHERE conname = '{NAME}')"


def upgrade() -> None:
    begin_again(THERE, downgrade)
    op.execute(
        f"ALTER TABLE factor_resets ADD CONSTRAINT {NAME}"
        " CHECK (approved_by IS NULL OR asked_by IS NOT NULL) NOT VALID"
    )
    with op.get_context().autocommit_block():
        op.execute(f"ALTER TABLE factor_resets VALIDATE CONSTRAINT {NAME}")


def downgrade() -> None:
    op.execute(f"ALTER TABLE factor_resets DROP CONSTRAINT {NAME}")
