"""Disclosures of patient data to others, every text of them an envelope."""

import sqlalchemy as sa
from alembic import op

from portal.tenancy.policies import protect, stamp

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

ENVELOPE = (
    "octet_length({0}) BETWEEN 64 AND 16777248"
    " AND (octet_length({0}) - 32) & (octet_length({0}) - 33) = 0"
    " AND get_byte({0}, 0) = 1 AND get_byte({0}, 1) = 1"
)
TOLD = ("recipient_name", "recipient_address", "what", "purpose")


def upgrade() -> None:
    op.create_table(
        "disclosures",
        sa.Column(
            "tenant_id", sa.BigInteger(), server_default=sa.text("current_tenant()"), nullable=False
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("row_uid", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.BigInteger(), nullable=False),
        sa.Column("disclosed_on", sa.Date(), nullable=False),
        sa.Column("recipient_name", sa.LargeBinary(), nullable=False),
        sa.Column("recipient_address", sa.LargeBinary(), nullable=True),
        sa.Column("what", sa.LargeBinary(), nullable=False),
        sa.Column("purpose", sa.LargeBinary(), nullable=False),
        sa.Column("recorded_by", sa.BigInteger(), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        *(
            sa.CheckConstraint(
                ENVELOPE.format(column), name=op.f(f"ck_disclosures_{column}_envelope")
            )
            for column in TOLD
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "patient_id"],
            ["patients.tenant_id", "patients.id"],
            name=op.f("fk_disclosures_patient_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "recorded_by"],
            ["users.tenant_id", "users.id"],
            name=op.f("fk_disclosures_recorded_by"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenants.id"], name=op.f("fk_disclosures_tenant_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_disclosures")),
        sa.UniqueConstraint("tenant_id", "row_uid", name=op.f("uq_disclosures_row_uid")),
    )
    op.create_index(
        "ix_disclosures_patient_id_disclosed_on",
        "disclosures",
        ["tenant_id", "patient_id", "disclosed_on"],
        unique=False,
    )
    op.create_index(
        "ix_disclosures_recorded_by", "disclosures", ["tenant_id", "recorded_by"], unique=False
    )
    stamp("disclosures")
    op.execute(
        "CREATE TRIGGER keep_row_uid BEFORE UPDATE OF row_uid ON disclosures FOR EACH ROW"
        " WHEN (OLD.row_uid <> NEW.row_uid) EXECUTE FUNCTION keep_row_uid()"
    )
    # An account of disclosures is never shortened; new keys need the change.
    protect("disclosures", rights="SELECT, INSERT, UPDATE")


def downgrade() -> None:
    op.drop_table("disclosures")
