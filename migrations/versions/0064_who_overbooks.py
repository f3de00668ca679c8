"""Overbooking wants the role that its page wants, whatever else one writes."""

from alembic import op

revision = "0064"
down_revision = "0063"
branch_labels = None
depends_on = None

# Later it is a mark alone, which an undo of anybody's may bring back: the time is the opening's.


def upgrade() -> None:
    op.execute(
        "CREATE TRIGGER guard_overbooked BEFORE INSERT ON appointments"
        " FOR EACH ROW WHEN (current_user = 'portal_app' AND NEW.overbooked)"
        " EXECUTE FUNCTION guard_change('owner', 'admin', 'front_desk')"
    )


def downgrade() -> None:
    op.execute("DROP TRIGGER guard_overbooked ON appointments")
