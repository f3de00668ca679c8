"""A patient's chart: alerts, dated notes and contacts, each with who wrote it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from portal.tenancy.policies import limit_reach, protect, stamp

revision = "0032"
down_revision = "0031"
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
REFERENCES = {
    "patient_alerts": {"patient_id": "patients", "author_id": "users", "ended_by": "users"},
    "patient_notes": {
        "patient_id": "patients",
        "author_id": "users",
        "corrects_id": "patient_notes",
    },
    "patient_contacts": {"patient_id": "patients", "author_id": "users", "ended_by": "users"},
}
MOVED = ("alert_ids", "note_ids", "contact_ids")


def upgrade() -> None:
    _table(
        "patient_alerts",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=False),
        _by("author_id"),
        *_ending("patient_alerts"),
        _one_of("patient_alerts", "kind", "allergy", "safety", "communication", "billing", "other"),
        _envelope("patient_alerts", "text"),
    )
    _table(
        "patient_notes",
        sa.Column("text", sa.LargeBinary(), nullable=False),
        _by("author_id"),
        sa.Column("corrects_id", sa.BigInteger(), nullable=True),
        _envelope("patient_notes", "text"),
        sa.UniqueConstraint("tenant_id", "corrects_id", name=op.f("uq_patient_notes_corrects_id")),
    )
    _table(
        "patient_contacts",
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("relation", sa.LargeBinary(), nullable=True),
        sa.Column("phone", sa.LargeBinary(), nullable=True),
        _by("author_id"),
        *_ending("patient_contacts"),
        _one_of("patient_contacts", "role", "emergency", "guardian", "other"),
        *(_envelope("patient_contacts", column) for column in ("name", "relation", "phone")),
    )
    for table, references in REFERENCES.items():
        for column in references.keys() - {"corrects_id"}:
            op.create_index(f"ix_{table}_{column}", table, ["tenant_id", column])
        stamp(table)
        # Whatever was said of a patient is ended or corrected, and stays.
        protect(table, rights="SELECT, INSERT, UPDATE")
        limit_reach(table, OF_THE_PATIENT.format(table))
        op.execute(
            f"CREATE TRIGGER keep_row_uid BEFORE UPDATE OF row_uid ON {table} FOR EACH ROW"
            " WHEN (OLD.row_uid <> NEW.row_uid) EXECUTE FUNCTION keep_row_uid()"
        )
    for column in MOVED:
        op.add_column(
            "patient_merges",
            sa.Column(
                column,
                postgresql.ARRAY(sa.BigInteger()),
                server_default=sa.text("'{}'"),
                nullable=False,
            ),
        )


def downgrade() -> None:
    for column in MOVED:
        op.drop_column("patient_merges", column)
    for table in REFERENCES:
        op.drop_table(table)


def _by(column: str) -> sa.Column[int | None]:
    return sa.Column(column, sa.BigInteger(), nullable=True)


def _ending(table: str) -> tuple[sa.schema.SchemaItem, ...]:
    return (
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        _by("ended_by"),
        sa.CheckConstraint(
            "ended_by IS NULL OR ended_at IS NOT NULL", name=op.f(f"ck_{table}_ended_by")
        ),
    )


def _one_of(table: str, column: str, *values: str) -> sa.CheckConstraint:
    listed = ", ".join(f"'{value}'" for value in values)
    return sa.CheckConstraint(f"{column} IN ({listed})", name=op.f(f"ck_{table}_{column}"))


def _envelope(table: str, column: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(ENVELOPE.format(column), name=op.f(f"ck_{table}_{column}_envelope"))


def _table(name: str, *parts: sa.schema.SchemaItem) -> None:
    stamped = (
        sa.Column(each, sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False)
        for each in ("created_at", "updated_at")
    )
    op.create_table(
        name,
        sa.Column(
            "tenant_id", sa.BigInteger(), server_default=sa.text("current_tenant()"), nullable=False
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("row_uid", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.BigInteger(), nullable=False),
        *(part for part in parts if isinstance(part, sa.Column)),
        *stamped,
        *(part for part in parts if not isinstance(part, sa.Column)),
        sa.UniqueConstraint("tenant_id", "row_uid", name=op.f(f"uq_{name}_row_uid")),
        *(
            sa.ForeignKeyConstraint(
                ["tenant_id", column],
                [f"{table}.tenant_id", f"{table}.id"],
                name=op.f(f"fk_{name}_{column}"),
                ondelete="RESTRICT",
            )
            for column, table in REFERENCES[name].items()
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f(f"fk_{name}_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f(f"pk_{name}")),
    )
