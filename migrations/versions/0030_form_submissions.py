"""What was sent once is not done twice: each form that was sent, with where its answer led."""

import sqlalchemy as sa
from alembic import op

from portal.tenancy.policies import protect, stamp

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    kind, now = sa.DateTime(timezone=True), sa.text("now()")
    op.create_table(
        "form_submissions",
        sa.Column(
            "tenant_id",
            sa.BigInteger(),
            server_default=sa.text("current_tenant()"),
            nullable=False,
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("key", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("location", sa.Text(), nullable=True),
        sa.Column("created_at", kind, server_default=now, nullable=False),
        sa.Column("updated_at", kind, server_default=now, nullable=False),
        sa.CheckConstraint("octet_length(digest) = 32", name=op.f("ck_form_submissions_digest")),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenants.id"], name=op.f("fk_form_submissions_tenant_id")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "user_id"],
            ["users.tenant_id", "users.id"],
            name=op.f("fk_form_submissions_user_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_form_submissions")),
        sa.UniqueConstraint("tenant_id", "key", name=op.f("uq_form_submissions_key")),
    )
    op.create_index(
        "ix_form_submissions_created_at", "form_submissions", ["tenant_id", "created_at"]
    )
    op.create_index("ix_form_submissions_user_id", "form_submissions", ["tenant_id", "user_id"])
    stamp("form_submissions")
    protect("form_submissions", audited=False)


def downgrade() -> None:
    op.drop_table("form_submissions")
