"""Exceptions lie within what a calendar reaches, and changed hours last at most a month.

They are laid out from beginning to end: one of centuries kept the worker from everybody else.
"""

from alembic import op

from portal.tenancy.migrating import add_check, begin_again

revision = "0070"
down_revision = "0069"
branch_labels = None
depends_on = None

# An hour more, since a clock may be set back on the way. A row that is longer stops the migration
# and is to be made shorter on its page before.
REACH = (
    "start_at >= '1900-01-01 00:00:00+00' AND end_at < '2300-01-01 00:00:00+00'"
    " AND (type <> 'override' OR end_at - start_at <= '31 days 01:00:00')"
)
TABLE, NAME = "availability_exceptions", "ck_availability_exceptions_reach"


def upgrade() -> None:
    begin_again(f"EXISTS (SELECT FROM pg_constraint WHERE conname = '{NAME}')", downgrade)
    with op.get_context().autocommit_block():
        add_check(TABLE, NAME, REACH)


def downgrade() -> None:
    op.execute(f"ALTER TABLE {TABLE} DROP CONSTRAINT {NAME}")
