"""Exports that the worker makes, sealed, and what they are made of."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from portal.tenancy.policies import protect, stamp

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

ENVELOPE = (
    "octet_length({0}) BETWEEN 64 AND 16777248"
    " AND (octet_length({0}) - 32) & (octet_length({0}) - 33) = 0"
    " AND get_byte({0}, 0) = 1 AND get_byte({0}, 1) = 1"
)
UNFINISHED = "status IN ('waiting', 'making')"
STATUSES = "'waiting', 'making', 'ready', 'failed', 'discarded', 'expired'"
KEEP_ROW_UID = (
    "CREATE TRIGGER keep_row_uid BEFORE UPDATE OF row_uid ON {0} FOR EACH ROW"
    " WHEN (OLD.row_uid <> NEW.row_uid) EXECUTE FUNCTION keep_row_uid()"
)


def upgrade() -> None:
    op.create_table(
        "exports",
        *_keys(),
        sa.Column("asked_by", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("format", sa.Text(), nullable=False),
        sa.Column(
            "asked",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
        ),
        sa.Column("status", sa.Text(), server_default="waiting", nullable=False),
        sa.Column("rows", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("tries", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("failure", sa.Text(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        *_stamps(),
        sa.CheckConstraint("kind ~ '^[a-z_]{1,40}$'", name=op.f("ck_exports_kind")),
        sa.CheckConstraint("format IN ('csv', 'xlsx')", name=op.f("ck_exports_format")),
        sa.CheckConstraint(f"status IN ({STATUSES})", name=op.f("ck_exports_status")),
        sa.CheckConstraint("jsonb_typeof(asked) = 'object'", name=op.f("ck_exports_asked")),
        sa.CheckConstraint("tries >= 0 AND rows >= 0", name=op.f("ck_exports_counts")),
        sa.CheckConstraint(
            "(status = 'failed') = (failure IS NOT NULL)", name=op.f("ck_exports_failure_said")
        ),
        sa.CheckConstraint(
            f"({UNFINISHED}) = (ended_at IS NULL)", name=op.f("ck_exports_ended_once")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "asked_by"],
            ["users.tenant_id", "users.id"],
            name=op.f("fk_exports_asked_by"),
            ondelete="RESTRICT",
        ),
        *_constraints("exports"),
    )
    op.create_index("ix_exports_asked_by", "exports", ["tenant_id", "asked_by"])
    op.create_index(
        "ix_exports_unfinished",
        "exports",
        ["tenant_id", "id"],
        postgresql_where=sa.text(UNFINISHED),
    )
    op.create_table(
        "export_parts",
        *_keys(),
        sa.Column("export_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("after", sa.Text(), nullable=True),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        *_stamps(),
        sa.CheckConstraint(
            ENVELOPE.format("content"), name=op.f("ck_export_parts_content_envelope")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "export_id"],
            ["exports.tenant_id", "exports.id"],
            name=op.f("fk_export_parts_export_id"),
            ondelete="CASCADE",
        ),
        *_constraints("export_parts"),
        sa.UniqueConstraint(
            "tenant_id", "export_id", "number", name=op.f("uq_export_parts_export_id_number")
        ),
    )
    for table in ("exports", "export_parts"):
        stamp(table)
        op.execute(KEEP_ROW_UID.format(table))
    protect("exports", rights="SELECT, INSERT, UPDATE")
    # Megabytes of a file are not what the log is for; who asked for it and who took it is.
    protect("export_parts", hidden=("content",))


def downgrade() -> None:
    op.drop_table("export_parts")
    op.drop_table("exports")


def _keys() -> list[sa.Column]:
    tenant = sa.text("current_tenant()")
    return [
        sa.Column("tenant_id", sa.BigInteger(), server_default=tenant, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("row_uid", sa.Uuid(), nullable=False),
    ]


def _stamps() -> list[sa.Column]:
    kind, now = sa.DateTime(timezone=True), sa.text("now()")
    names = ("created_at", "updated_at")
    return [sa.Column(name, kind, server_default=now, nullable=False) for name in names]


def _constraints(table: str) -> list[sa.Constraint]:
    return [
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f(f"fk_{table}_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("tenant_id", "row_uid", name=op.f(f"uq_{table}_row_uid")),
    ]
