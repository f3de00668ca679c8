"""What pages show as links, numbers and messages is what the portal writes, whoever wrote it."""

from alembic import op

from portal.tenancy.migrating import add_check, begin_again

revision = "0076"
down_revision = "0075"
branch_labels = None
depends_on = None

TEXTS = (
    "jsonb_typeof(contact -> 'phone') IN ('string', 'null')"
    " AND jsonb_typeof(contact -> 'email') IN ('string', 'null')"
)
# A row that breaks one stops the migration and is to be mended on its page before.
CHECKS = {
    ("insurance_providers", "website"): "website ~ '^https?://[^[:space:]/]'",
    ("insurance_providers", "reached"): TEXTS,
    ("doctors", "reached"): TEXTS,
    ("user_sessions", "messages_length"): "octet_length(messages::text) <= 100000",
}


def upgrade() -> None:
    first = _name(*next(iter(CHECKS)))
    begin_again(f"EXISTS (SELECT FROM pg_constraint WHERE conname = '{first}')", downgrade)
    with op.get_context().autocommit_block():
        for (table, name), condition in CHECKS.items():
            add_check(table, _name(table, name), condition)


def downgrade() -> None:
    with op.get_context().autocommit_block():
        for table, name in CHECKS:
            op.execute(f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {_name(table, name)}")


def _name(table: str, name: str) -> str:
    return f"ck_{table}_{name}"
