"""What staff do to a visit, with what was there before: so that it can be taken back exactly."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from portal.tenancy.migrating import begin_again
from portal.tenancy.policies import protect, stamp

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

ENVELOPE = (
    "octet_length(notes) BETWEEN 64 AND 16777248"
    " AND (octet_length(notes) - 32) & (octet_length(notes) - 33) = 0"
    " AND get_byte(notes, 0) = 1 AND get_byte(notes, 1) = 1"
)
KINDS = (
    "book", "repeat", "confirm", "check_in", "start", "start_step", "finish_step", "skip_step",
    "unskip_step", "complete", "no_show", "cancel", "move", "edit", "correct",
)  # fmt: skip
REFERENCES = {
    "facility_id": ("facilities", "CASCADE"),
    "appointment_id": ("appointments", "CASCADE"),
    "user_id": ("users", "CASCADE"),
}
CODES = (
    "patient_cancelled", "patient_ill", "no_transport", "clinic", "doctor_away", "weather",
    "booked_in_error", "other",
)  # fmt: skip


def upgrade() -> None:
    begin_again("to_regclass('appointment_acts') IS NOT NULL", downgrade)
    op.create_table(
        "appointment_acts",
        sa.Column(
            "tenant_id", sa.BigInteger(), server_default=sa.text("current_tenant()"), nullable=False
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("row_uid", sa.Uuid(), nullable=False),
        sa.Column("group_uid", sa.Uuid(), nullable=False),
        sa.Column("facility_id", sa.BigInteger(), nullable=False),
        sa.Column("appointment_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("before", postgresql.JSONB(), nullable=True),
        sa.Column("notes", sa.LargeBinary(), nullable=True),
        sa.Column("visit_version", sa.Integer(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        *(
            sa.Column(
                each, sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
            )
            for each in ("created_at", "updated_at")
        ),
        sa.CheckConstraint(_one_of("kind", KINDS), name=op.f("ck_appointment_acts_kind")),
        sa.CheckConstraint(
            "jsonb_typeof(before) = 'object'", name=op.f("ck_appointment_acts_before")
        ),
        sa.CheckConstraint(ENVELOPE, name=op.f("ck_appointment_acts_notes_envelope")),
        *(
            sa.ForeignKeyConstraint(
                ["tenant_id", column],
                [f"{table}.tenant_id", f"{table}.id"],
                name=op.f(f"fk_appointment_acts_{column}"),
                ondelete=action,
            )
            for column, (table, action) in REFERENCES.items()
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenants.id"], name=op.f("fk_appointment_acts_tenant_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_appointment_acts")),
        sa.UniqueConstraint("tenant_id", "row_uid", name=op.f("uq_appointment_acts_row_uid")),
    )
    for columns in (
        ("appointment_id", "id"), ("facility_id",), ("group_uid",), ("user_id", "done_at"),
    ):  # fmt: skip
        name = f"ix_appointment_acts_{'_'.join(columns)}"
        op.create_index(name, "appointment_acts", ["tenant_id", *columns])
    stamp("appointment_acts")
    protect(
        "appointment_acts",
        rights="SELECT, INSERT, UPDATE",
        facility="facility_id",
        hidden=("before",),
    )
    op.execute(
        "CREATE TRIGGER keep_row_uid BEFORE UPDATE OF row_uid ON appointment_acts FOR EACH ROW"
        " WHEN (OLD.row_uid <> NEW.row_uid) EXECUTE FUNCTION keep_row_uid()"
    )
    op.add_column("appointments", sa.Column("cancel_code", sa.Text(), nullable=True))
    op.add_column(
        "appointment_steps", sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=True)
    )
    op.execute(
        "ALTER TABLE appointments ADD CONSTRAINT ck_appointments_cancel_code"
        f" CHECK ({_one_of('cancel_code', CODES)}) NOT VALID"
    )
    with op.get_context().autocommit_block():
        op.execute("ALTER TABLE appointments VALIDATE CONSTRAINT ck_appointments_cancel_code")


def downgrade() -> None:
    op.drop_column("appointment_steps", "replaced_at")
    op.drop_constraint(op.f("ck_appointments_cancel_code"), "appointments")
    op.drop_column("appointments", "cancel_code")
    op.drop_table("appointment_acts")


def _one_of(column: str, values: tuple[str, ...]) -> str:
    said = ", ".join(f"'{value}'" for value in values)
    return f"{column} IN ({said})"
