"""Two records of one patient become one, and can become two again; or are said to be two people."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from portal.tenancy.policies import limit_reach, protect, stamp

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

ENVELOPE = (
    "octet_length({0}) BETWEEN 64 AND 16777248"
    " AND (octet_length({0}) - 32) & (octet_length({0}) - 33) = 0"
    " AND get_byte({0}, 0) = 1 AND get_byte({0}, 1) = 1"
)
OF_THE_PATIENT = (
    "EXISTS (SELECT FROM patients p"
    " WHERE p.tenant_id = {0}.tenant_id AND p.id = {0}.patient_id OFFSET 0)"
)
INDEXES = {
    "patient_merges": ("patient_id", "merged_id", "merged_by", "undone_by"),
    "patient_distinctions": ("other_id", "decided_by"),
}


def upgrade() -> None:
    _table(
        "patient_merges",
        sa.Column("row_uid", sa.Uuid(), nullable=False),
        sa.Column("merge_key", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.BigInteger(), nullable=False),
        sa.Column("merged_id", sa.BigInteger(), nullable=False),
        sa.Column("merged_status", sa.Text(), nullable=False),
        sa.Column("known_as", sa.LargeBinary(), nullable=False),
        sa.Column("changes", sa.LargeBinary(), nullable=False),
        *(
            sa.Column(
                name,
                postgresql.ARRAY(sa.BigInteger()),
                server_default=sa.text("'{}'::bigint[]"),
                nullable=False,
            )
            for name in ("visit_ids", "disclosure_ids", "merge_ids")
        ),
        sa.Column("merged_by", sa.BigInteger(), nullable=True),
        sa.Column("undone_by", sa.BigInteger(), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("patient_id <> merged_id", name=op.f("ck_patient_merges_another")),
        *(
            sa.CheckConstraint(
                ENVELOPE.format(column), name=op.f(f"ck_patient_merges_{column}_envelope")
            )
            for column in ("known_as", "changes")
        ),
        sa.UniqueConstraint("tenant_id", "row_uid", name=op.f("uq_patient_merges_row_uid")),
        sa.UniqueConstraint("tenant_id", "merge_key", name=op.f("uq_patient_merges_merge_key")),
        references={
            "patient_id": "patients",
            "merged_id": "patients",
            "merged_by": "users",
            "undone_by": "users",
        },
    )
    op.create_index(
        "uq_patient_merges_live",
        "patient_merges",
        ["tenant_id", "merged_id"],
        unique=True,
        postgresql_where=sa.text("undone_at IS NULL"),
    )
    _table(
        "patient_distinctions",
        sa.Column("patient_id", sa.BigInteger(), nullable=False),
        sa.Column("other_id", sa.BigInteger(), nullable=False),
        sa.Column("decided_by", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("patient_id < other_id", name=op.f("ck_patient_distinctions_order")),
        sa.UniqueConstraint(
            "tenant_id",
            "patient_id",
            "other_id",
            name=op.f("uq_patient_distinctions_patient_id_other_id"),
        ),
        references={"patient_id": "patients", "other_id": "patients", "decided_by": "users"},
    )
    for table in ("patient_merges", "patient_distinctions"):
        for column in INDEXES[table]:
            op.create_index(f"ix_{table}_{column}", table, ["tenant_id", column])
        stamp(table)
        # What was decided about two records is never taken out of sight, only decided anew.
        protect(table, rights="SELECT, INSERT, UPDATE")
        limit_reach(table, OF_THE_PATIENT.format(table))
    op.execute(
        "CREATE TRIGGER keep_row_uid BEFORE UPDATE OF row_uid ON patient_merges FOR EACH ROW"
        " WHEN (OLD.row_uid <> NEW.row_uid) EXECUTE FUNCTION keep_row_uid()"
    )


def downgrade() -> None:
    op.drop_table("patient_distinctions")
    op.drop_table("patient_merges")


def _table(name: str, *parts: sa.schema.SchemaItem, references: dict[str, str]) -> None:
    stamped = (
        sa.Column(each, sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False)
        for each in ("created_at", "updated_at")
    )
    columns = [part for part in parts if isinstance(part, sa.Column)]
    op.create_table(
        name,
        sa.Column(
            "tenant_id", sa.BigInteger(), server_default=sa.text("current_tenant()"), nullable=False
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        *columns,
        *stamped,
        *(part for part in parts if not isinstance(part, sa.Column)),
        *(
            sa.ForeignKeyConstraint(
                ["tenant_id", column],
                [f"{table}.tenant_id", f"{table}.id"],
                name=op.f(f"fk_{name}_{column}"),
                ondelete="RESTRICT",
            )
            for column, table in references.items()
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f(f"fk_{name}_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f(f"pk_{name}")),
    )
