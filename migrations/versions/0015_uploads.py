"""Files that wait for their import, sealed, and what became of them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from portal.tenancy.policies import protect, stamp

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

ENVELOPE = (
    "octet_length({0}) BETWEEN 64 AND 16777248"
    " AND (octet_length({0}) - 32) & (octet_length({0}) - 33) = 0"
    " AND get_byte({0}, 0) = 1 AND get_byte({0}, 1) = 1"
)


def upgrade() -> None:
    op.create_table(
        "uploads",
        sa.Column(
            "tenant_id", sa.BigInteger(), server_default=sa.text("current_tenant()"), nullable=False
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("row_uid", sa.Uuid(), nullable=False),
        sa.Column("uploaded_by", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), server_default="waiting", nullable=False),
        sa.Column("file_name", sa.LargeBinary(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column(
            "report",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
        ),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        *(
            sa.Column(
                name,
                sa.DateTime(timezone=True),
                server_default=sa.text("now()"),
                nullable=False,
            )
            for name in ("created_at", "updated_at")
        ),
        sa.CheckConstraint(
            "kind IN ('doctors', 'plans', 'services', 'patients', 'rules')",
            name=op.f("ck_uploads_kind"),
        ),
        sa.CheckConstraint(
            "status IN ('waiting', 'imported', 'discarded', 'expired')",
            name=op.f("ck_uploads_status"),
        ),
        sa.CheckConstraint(
            "(status = 'waiting') = (content IS NOT NULL)", name=op.f("ck_uploads_content")
        ),
        sa.CheckConstraint(
            ENVELOPE.format("file_name"), name=op.f("ck_uploads_file_name_envelope")
        ),
        sa.CheckConstraint(ENVELOPE.format("content"), name=op.f("ck_uploads_content_envelope")),
        sa.CheckConstraint("jsonb_typeof(report) = 'object'", name=op.f("ck_uploads_report")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "uploaded_by"],
            ["users.tenant_id", "users.id"],
            name=op.f("fk_uploads_uploaded_by"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_uploads_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_uploads")),
        sa.UniqueConstraint("tenant_id", "row_uid", name=op.f("uq_uploads_row_uid")),
    )
    op.create_index("ix_uploads_created_at", "uploads", ["tenant_id", "created_at"])
    op.create_index("ix_uploads_uploaded_by", "uploads", ["tenant_id", "uploaded_by"])
    stamp("uploads")
    op.execute(
        "CREATE TRIGGER keep_row_uid BEFORE UPDATE OF row_uid ON uploads FOR EACH ROW"
        " WHEN (OLD.row_uid <> NEW.row_uid) EXECUTE FUNCTION keep_row_uid()"
    )
    # Megabytes of a file are not what the log is for; who brought it, and when, is.
    protect("uploads", hidden=("content",), rights="SELECT, INSERT, UPDATE")


def downgrade() -> None:
    op.drop_table("uploads")
