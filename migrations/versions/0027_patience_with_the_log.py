"""Whoever cannot write to the audit log soon is told so, rather than left waiting."""

from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

FUNCTION = (
    "audit_append(bigint, text, bigint, bigint, text, text, bigint, bigint, jsonb, jsonb, text,"
    " text)"
)


def upgrade() -> None:
    _alter("SET lock_timeout = '5s'")


def downgrade() -> None:
    _alter("RESET lock_timeout")


def _alter(what: str) -> None:
    op.execute("SET LOCAL ROLE portal_gate")
    op.execute(f"ALTER FUNCTION {FUNCTION} {what}")
    op.execute("RESET ROLE")
