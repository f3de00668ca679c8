"""A doctor's absence with what became of each visit, for the calls to make and to take it back."""

import sqlalchemy as sa
from alembic import op

from portal.tenancy.policies import limit_reach, protect, stamp

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

OF_THE_VISIT = (
    "EXISTS (SELECT FROM appointments a"
    " WHERE a.tenant_id = absence_visits.tenant_id"
    " AND a.id = absence_visits.appointment_id OFFSET 0)"
)
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _table(
        "absences",
        sa.Column("absence_key", sa.Uuid(), nullable=False),
        sa.Column("doctor_id", sa.BigInteger(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("facilities", sa.Integer(), nullable=False),
        sa.Column("visits", sa.Integer(), nullable=False),
        sa.Column("recorded_by", sa.BigInteger(), nullable=True),
        sa.Column("undone_at", INSTANT, nullable=True),
        sa.Column("undone_by", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("type IN ('blocked', 'emergency')", name=op.f("ck_absences_type")),
        sa.CheckConstraint("facilities >= 0 AND visits >= 0", name=op.f("ck_absences_counts")),
        sa.UniqueConstraint("tenant_id", "absence_key", name=op.f("uq_absences_absence_key")),
        references={
            "doctor_id": ("doctors", "RESTRICT"),
            "recorded_by": ("users", "SET NULL"),
            "undone_by": ("users", "SET NULL"),
        },
    )
    _table(
        "absence_spans",
        sa.Column("absence_id", sa.BigInteger(), nullable=False),
        sa.Column("facility_id", sa.BigInteger(), nullable=False),
        sa.Column("availability_exception_id", sa.BigInteger(), nullable=True),
        sa.Column("start_at", INSTANT, nullable=False),
        sa.Column("end_at", INSTANT, nullable=False),
        sa.CheckConstraint("start_at < end_at", name=op.f("ck_absence_spans_times")),
        sa.UniqueConstraint(
            "tenant_id",
            "absence_id",
            "facility_id",
            name=op.f("uq_absence_spans_absence_id_facility_id"),
        ),
        references={
            "absence_id": ("absences", "CASCADE"),
            "facility_id": ("facilities", "CASCADE"),
            "availability_exception_id": ("availability_exceptions", "SET NULL"),
        },
    )
    _table(
        "absence_visits",
        sa.Column("absence_id", sa.BigInteger(), nullable=False),
        sa.Column("appointment_id", sa.BigInteger(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("from_start_at", INSTANT, nullable=False),
        sa.Column("from_offering_id", sa.BigInteger(), nullable=False),
        sa.Column("to_start_at", INSTANT, nullable=True),
        sa.Column("to_offering_id", sa.BigInteger(), nullable=True),
        sa.Column("called_at", INSTANT, nullable=True),
        sa.Column("called_by", sa.BigInteger(), nullable=True),
        sa.Column("returned_at", INSTANT, nullable=True),
        sa.Column("told", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.CheckConstraint(
            "outcome IN ('moved', 'left', 'cancelled')", name=op.f("ck_absence_visits_outcome")
        ),
        sa.CheckConstraint(
            "num_nonnulls(to_start_at, to_offering_id)"
            " = CASE outcome WHEN 'moved' THEN 2 ELSE 0 END",
            name=op.f("ck_absence_visits_moved"),
        ),
        sa.UniqueConstraint(
            "tenant_id",
            "absence_id",
            "appointment_id",
            name=op.f("uq_absence_visits_absence_id_appointment_id"),
        ),
        references={
            "absence_id": ("absences", "CASCADE"),
            "appointment_id": ("appointments", "CASCADE"),
            "from_offering_id": ("service_offerings", "CASCADE"),
            "to_offering_id": ("service_offerings", "CASCADE"),
            "called_by": ("users", "SET NULL"),
        },
    )
    op.create_index("ix_absences_doctor_id", "absences", ["tenant_id", "doctor_id"])
    op.create_index("ix_absences_created_at", "absences", ["tenant_id", "created_at"])
    for table, columns in INDEXES.items():
        for column in columns:
            op.create_index(f"ix_{table}_{column}", table, ["tenant_id", column])
    # What was done about a doctor's absence is never taken out of sight, only taken back.
    rights = "SELECT, INSERT, UPDATE"
    for table in ("absences", "absence_spans", "absence_visits"):
        stamp(table)
        protect(table, rights=rights, facility=FACILITY.get(table))
    limit_reach("absence_visits", OF_THE_VISIT)


INDEXES = {
    "absences": ("recorded_by", "undone_by"),
    "absence_spans": ("facility_id", "availability_exception_id"),
    "absence_visits": ("appointment_id", "from_offering_id", "to_offering_id", "called_by"),
}
FACILITY = {"absence_spans": "facility_id"}


def downgrade() -> None:
    for table in ("absence_visits", "absence_spans", "absences"):
        op.drop_table(table)


def _table(name: str, *parts: sa.schema.SchemaItem, references: dict[str, tuple[str, str]]) -> None:
    stamped = (
        sa.Column(each, INSTANT, server_default=sa.text("now()"), nullable=False)
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
                ondelete=f"SET NULL ({column})" if action == "SET NULL" else action,
            )
            for column, (table, action) in references.items()
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f(f"fk_{name}_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f(f"pk_{name}")),
    )
