"""What somebody did to another record than an appointment, and may take back for ten minutes."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from portal.tenancy.migrating import begin_again
from portal.tenancy.policies import protect, stamp

revision = "0081"
down_revision = "0080"
branch_labels = None
depends_on = None

KINDS = (
    "facility_closed", "acceptance_marked", "doctor_retired", "records_merged", "service_retired",
    "status_set", "wish_added", "wish_withdrawn",
)  # fmt: skip
INSTANT = sa.DateTime(timezone=True)
CALENDAR = " AND ".join(
    f"{name} >= '0001-01-02' AND {name} < '9999-12-31'" for name in ("done_at", "undone_at")
)


def upgrade() -> None:
    begin_again("to_regclass('own_acts') IS NOT NULL", downgrade)
    _make()
    stamp("own_acts")
    protect("own_acts", audited=False)
    op.execute("REVOKE UPDATE, DELETE ON own_acts FROM portal_app")
    op.execute("GRANT UPDATE (undone_at) ON own_acts TO portal_app")
    op.execute("REVOKE UPDATE ON own_acts FROM portal_worker")
    own = "(user_id = (SELECT current_user_id()))"
    op.execute(
        "CREATE POLICY own_acts_own ON own_acts AS RESTRICTIVE FOR ALL TO portal_app"
        f" USING {own} WITH CHECK {own}"
    )
    for trigger in (
        "keep_row_uid BEFORE UPDATE OF row_uid ON own_acts FOR EACH ROW"
        " WHEN (OLD.row_uid <> NEW.row_uid) EXECUTE FUNCTION keep_row_uid()",
        "guard_role BEFORE INSERT OR UPDATE OR DELETE ON own_acts FOR EACH STATEMENT"
        " WHEN (current_user = 'portal_app')"
        " EXECUTE FUNCTION guard_role('owner', 'admin', 'front_desk', 'clinician')",
        "stamp_new BEFORE INSERT ON own_acts FOR EACH ROW"
        " WHEN (current_user = 'portal_app' AND (NEW.created_at, NEW.updated_at) <> (now(), now()))"
        " EXECUTE FUNCTION stamp_new()",
    ):
        op.execute(f"CREATE TRIGGER {trigger}")


def _make() -> None:
    kinds = ", ".join(f"'{kind}'" for kind in KINDS)
    op.create_table(
        "own_acts",
        sa.Column(
            "tenant_id", sa.BigInteger(), server_default=sa.text("current_tenant()"), nullable=False
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("row_uid", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("record_id", sa.BigInteger(), nullable=False),
        sa.Column("before", postgresql.JSONB(), nullable=False),
        sa.Column("mark", sa.Text(), nullable=False),
        sa.Column("done_at", INSTANT, nullable=False),
        sa.Column("undone_at", INSTANT, nullable=True),
        *(
            sa.Column(each, INSTANT, server_default=sa.text("now()"), nullable=False)
            for each in ("created_at", "updated_at")
        ),
        sa.CheckConstraint(f"kind IN ({kinds})", name=op.f("ck_own_acts_kind")),
        sa.CheckConstraint("jsonb_typeof(before) = 'object'", name=op.f("ck_own_acts_before")),
        sa.CheckConstraint("length(mark) BETWEEN 1 AND 64", name=op.f("ck_own_acts_mark")),
        sa.CheckConstraint(
            "octet_length(before::text) <= 20000", name=op.f("ck_own_acts_lengths")
        ),
        sa.CheckConstraint(CALENDAR, name=op.f("ck_own_acts_calendar")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_own_acts_tenant_id")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "user_id"], ["users.tenant_id", "users.id"],
            name=op.f("fk_own_acts_user_id"), ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_own_acts")),
        sa.UniqueConstraint("tenant_id", "row_uid", name=op.f("uq_own_acts_row_uid")),
    )  # fmt: skip
    op.create_index("ix_own_acts_user_id_done_at", "own_acts", ["tenant_id", "user_id", "done_at"])


def downgrade() -> None:
    op.drop_table("own_acts")
