"""The waitlist: who wants which service, when and where, until a start frees."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from portal.tenancy.policies import limit_reach, protect, stamp

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

ENVELOPE = (
    "octet_length({0}) BETWEEN 64 AND 16777248"
    " AND (octet_length({0}) - 32) & (octet_length({0}) - 33) = 0"
    " AND get_byte({0}, 0) = 1 AND get_byte({0}, 1) = 1"
)
OF_THE_PATIENT = (
    "EXISTS (SELECT FROM patients p"
    " WHERE p.tenant_id = waitlist_entries.tenant_id AND p.id = waitlist_entries.patient_id"
    " OFFSET 0)"
)
REFERENCES = {
    "waitlist_entries": {
        "patient_id": ("patients", "CASCADE"),
        "service_id": ("services", "CASCADE"),
        "doctor_id": ("doctors", "CASCADE"),
        "insurance_plan_id": ("insurance_plans", "SET NULL (insurance_plan_id)"),
        "appointment_id": ("appointments", "SET NULL (appointment_id)"),
    },
    "waitlist_facilities": {
        "waitlist_entry_id": ("waitlist_entries", "CASCADE"),
        "facility_id": ("facilities", "CASCADE"),
    },
}
INDEXES = {
    "waitlist_entries": ("patient_id", "doctor_id", "insurance_plan_id", "appointment_id"),
    "waitlist_facilities": ("facility_id",),
}


def upgrade() -> None:
    _make_entries()
    _table(
        "waitlist_facilities",
        sa.Column("waitlist_entry_id", sa.BigInteger(), nullable=False),
        sa.Column("facility_id", sa.BigInteger(), nullable=False),
        sa.UniqueConstraint(
            "tenant_id",
            "waitlist_entry_id",
            "facility_id",
            name=op.f("uq_waitlist_facilities_waitlist_entry_id_facility_id"),
        ),
    )
    for table, columns in INDEXES.items():
        for column in columns:
            op.create_index(f"ix_{table}_{column}", table, ["tenant_id", column])
        stamp(table)
    op.create_index(
        "ix_waitlist_entries_waiting",
        "waitlist_entries",
        ["tenant_id", "service_id", "latest_on"],
        postgresql_where=sa.text("status = 'waiting'"),
    )
    protect("waitlist_entries", rights="SELECT, INSERT, UPDATE")
    limit_reach("waitlist_entries", OF_THE_PATIENT)
    protect("waitlist_facilities", facility="facility_id")
    op.execute(
        "CREATE TRIGGER keep_row_uid BEFORE UPDATE OF row_uid ON waitlist_entries FOR EACH ROW"
        " WHEN (OLD.row_uid <> NEW.row_uid) EXECUTE FUNCTION keep_row_uid()"
    )
    op.add_column(
        "patient_merges",
        sa.Column(
            "waitlist_ids",
            postgresql.ARRAY(sa.BigInteger()),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
    )


def downgrade() -> None:
    op.drop_column("patient_merges", "waitlist_ids")
    op.drop_table("waitlist_facilities")
    op.drop_table("waitlist_entries")


def _make_entries() -> None:
    _table(
        "waitlist_entries",
        sa.Column("row_uid", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.BigInteger(), nullable=False),
        sa.Column("service_id", sa.BigInteger(), nullable=False),
        sa.Column("doctor_id", sa.BigInteger(), nullable=True),
        sa.Column("insurance_plan_id", sa.BigInteger(), nullable=True),
        sa.Column("earliest_on", sa.Date(), nullable=False),
        sa.Column("latest_on", sa.Date(), nullable=False),
        sa.Column("weekdays", sa.Integer(), server_default=sa.text("127"), nullable=False),
        sa.Column("part_of_day", sa.Text(), server_default="any", nullable=False),
        sa.Column("urgency", sa.Text(), server_default="routine", nullable=False),
        sa.Column("notes", sa.LargeBinary(), nullable=True),
        sa.Column("status", sa.Text(), server_default="waiting", nullable=False),
        sa.Column("appointment_id", sa.BigInteger(), nullable=True),
        sa.Column("entry_key", sa.Uuid(), nullable=False),
        sa.CheckConstraint("earliest_on <= latest_on", name=op.f("ck_waitlist_entries_dates")),
        sa.CheckConstraint("weekdays BETWEEN 1 AND 127", name=op.f("ck_waitlist_entries_weekdays")),
        sa.CheckConstraint(
            "part_of_day IN ('any', 'morning', 'afternoon', 'evening')",
            name=op.f("ck_waitlist_entries_part_of_day"),
        ),
        sa.CheckConstraint(
            "urgency IN ('urgent', 'soon', 'routine')", name=op.f("ck_waitlist_entries_urgency")
        ),
        sa.CheckConstraint(
            "status IN ('waiting', 'booked', 'withdrawn')",
            name=op.f("ck_waitlist_entries_status"),
        ),
        sa.CheckConstraint(
            "status <> 'booked' OR appointment_id IS NOT NULL",
            name=op.f("ck_waitlist_entries_booked"),
        ),
        sa.CheckConstraint(
            ENVELOPE.format("notes"), name=op.f("ck_waitlist_entries_notes_envelope")
        ),
        sa.UniqueConstraint("tenant_id", "row_uid", name=op.f("uq_waitlist_entries_row_uid")),
        sa.UniqueConstraint("tenant_id", "entry_key", name=op.f("uq_waitlist_entries_entry_key")),
    )


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
        *(part for part in parts if isinstance(part, sa.Column)),
        *stamped,
        *(part for part in parts if not isinstance(part, sa.Column)),
        *(
            sa.ForeignKeyConstraint(
                ["tenant_id", column],
                [f"{table}.tenant_id", f"{table}.id"],
                name=op.f(f"fk_{name}_{column}"),
                ondelete=action,
            )
            for column, (table, action) in REFERENCES[name].items()
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f(f"fk_{name}_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f(f"pk_{name}")),
    )
