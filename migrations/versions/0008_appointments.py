"""Appointments and their steps; a patient is never in two places."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from portal.tenancy.policies import protect, stamp

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

STAMP_VERSION = """
CREATE FUNCTION stamp_version() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  NEW.updated_at := now();
  NEW.row_version := OLD.row_version + 1;
  RETURN NEW;
END $$
"""


def upgrade() -> None:
    op.execute(STAMP_VERSION)
    op.create_table(
        "appointments",
        sa.Column(
            "tenant_id", sa.BigInteger(), server_default=sa.text("current_tenant()"), nullable=False
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("row_uid", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.BigInteger(), nullable=False),
        sa.Column("facility_id", sa.BigInteger(), nullable=False),
        sa.Column("doctor_id", sa.BigInteger(), nullable=False),
        sa.Column("service_offering_id", sa.BigInteger(), nullable=False),
        sa.Column("availability_slot_id", sa.BigInteger(), nullable=True),
        sa.Column("service_workflow_id", sa.BigInteger(), nullable=False),
        sa.Column("insurance_plan_id", sa.BigInteger(), nullable=True),
        sa.Column("start_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("end_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.Text(), server_default="scheduled", nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("checked_in_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancel_reason", sa.Text(), nullable=True),
        sa.Column("overbooked", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("overbook_reason", sa.Text(), nullable=True),
        sa.Column("notes", sa.LargeBinary(), nullable=True),
        sa.Column("language", sa.String(length=10), nullable=True),
        sa.Column("locale", sa.String(length=10), nullable=True),
        sa.Column("booking_key", sa.Uuid(), nullable=True),
        sa.Column("row_version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("updated_by", sa.BigInteger(), nullable=True),
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
        postgresql.ExcludeConstraint(
            (sa.text("calendar_span(patient_id, start_at, end_at)"), "&&"),
            (sa.text("int8range(tenant_id, tenant_id, '[]')"), "&&"),
            where=sa.text("status IN ('scheduled', 'checked_in', 'in_progress')"),
            using="gist",
            name="ex_appointments_patient",
        ),
        sa.CheckConstraint(
            "status <> 'cancelled' OR cancel_reason IS NOT NULL",
            name=op.f("ck_appointments_cancel_reason"),
        ),
        sa.CheckConstraint(
            "status IN ('scheduled', 'checked_in', 'in_progress', 'completed', 'no_show', 'cancelled')",
            name=op.f("ck_appointments_status"),
        ),
        sa.CheckConstraint(
            "NOT overbooked OR overbook_reason IS NOT NULL",
            name=op.f("ck_appointments_overbook_reason"),
        ),
        sa.CheckConstraint(
            "octet_length(notes) BETWEEN 64 AND 16777248"
            " AND (octet_length(notes) - 32) & (octet_length(notes) - 33) = 0"
            " AND get_byte(notes, 0) = 1 AND get_byte(notes, 1) = 1",
            name=op.f("ck_appointments_notes_envelope"),
        ),
        sa.CheckConstraint("start_at < end_at", name=op.f("ck_appointments_times")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "availability_slot_id"],
            ["availability_slots.tenant_id", "availability_slots.id"],
            name=op.f("fk_appointments_availability_slot_id"),
            ondelete="SET NULL (availability_slot_id)",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "doctor_id"],
            ["doctors.tenant_id", "doctors.id"],
            name=op.f("fk_appointments_doctor_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "facility_id"],
            ["facilities.tenant_id", "facilities.id"],
            name=op.f("fk_appointments_facility_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "insurance_plan_id"],
            ["insurance_plans.tenant_id", "insurance_plans.id"],
            name=op.f("fk_appointments_insurance_plan_id"),
            ondelete="SET NULL (insurance_plan_id)",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "patient_id"],
            ["patients.tenant_id", "patients.id"],
            name=op.f("fk_appointments_patient_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "service_offering_id"],
            ["service_offerings.tenant_id", "service_offerings.id"],
            name=op.f("fk_appointments_service_offering_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "service_workflow_id"],
            ["service_workflows.tenant_id", "service_workflows.id"],
            name=op.f("fk_appointments_service_workflow_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "updated_by"],
            ["users.tenant_id", "users.id"],
            name=op.f("fk_appointments_updated_by"),
            ondelete="SET NULL (updated_by)",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenants.id"], name=op.f("fk_appointments_tenant_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_appointments")),
        sa.UniqueConstraint("tenant_id", "row_uid", name=op.f("uq_appointments_row_uid")),
        sa.UniqueConstraint("tenant_id", "booking_key", name=op.f("uq_appointments_booking_key")),
    )
    op.create_index(
        "ix_appointments_availability_slot_id",
        "appointments",
        ["tenant_id", "availability_slot_id"],
        unique=False,
    )
    op.create_index(
        "ix_appointments_doctor_id_start_at",
        "appointments",
        ["tenant_id", "doctor_id", "start_at"],
        unique=False,
    )
    op.create_index(
        "ix_appointments_facility_id_start_at",
        "appointments",
        ["tenant_id", "facility_id", "start_at"],
        unique=False,
    )
    op.create_index(
        "ix_appointments_insurance_plan_id",
        "appointments",
        ["tenant_id", "insurance_plan_id"],
        unique=False,
    )
    op.create_index(
        "ix_appointments_patient_id", "appointments", ["tenant_id", "patient_id"], unique=False
    )
    op.create_index(
        "ix_appointments_service_offering_id",
        "appointments",
        ["tenant_id", "service_offering_id"],
        unique=False,
    )
    op.create_index(
        "ix_appointments_service_workflow_id",
        "appointments",
        ["tenant_id", "service_workflow_id"],
        unique=False,
    )
    op.create_table(
        "appointment_steps",
        sa.Column(
            "tenant_id", sa.BigInteger(), server_default=sa.text("current_tenant()"), nullable=False
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("row_uid", sa.Uuid(), nullable=False),
        sa.Column("appointment_id", sa.BigInteger(), nullable=False),
        sa.Column("workflow_step_id", sa.BigInteger(), nullable=False),
        sa.Column("step_template_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("scheduled_start_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("scheduled_end_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("status", sa.Text(), server_default="scheduled", nullable=False),
        sa.Column("notes", sa.LargeBinary(), nullable=True),
        sa.Column("location", sa.String(length=255), nullable=True),
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
        sa.CheckConstraint(
            "status IN ('scheduled', 'in_progress', 'completed', 'no_show', 'cancelled')",
            name=op.f("ck_appointment_steps_status"),
        ),
        sa.CheckConstraint(
            "octet_length(notes) BETWEEN 64 AND 16777248"
            " AND (octet_length(notes) - 32) & (octet_length(notes) - 33) = 0"
            " AND get_byte(notes, 0) = 1 AND get_byte(notes, 1) = 1",
            name=op.f("ck_appointment_steps_notes_envelope"),
        ),
        sa.CheckConstraint("position >= 1", name=op.f("ck_appointment_steps_position")),
        sa.CheckConstraint(
            "scheduled_start_at < scheduled_end_at", name=op.f("ck_appointment_steps_times")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "appointment_id"],
            ["appointments.tenant_id", "appointments.id"],
            name=op.f("fk_appointment_steps_appointment_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "step_template_id"],
            ["step_templates.tenant_id", "step_templates.id"],
            name=op.f("fk_appointment_steps_step_template_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "workflow_step_id"],
            ["workflow_steps.tenant_id", "workflow_steps.id"],
            name=op.f("fk_appointment_steps_workflow_step_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenants.id"], name=op.f("fk_appointment_steps_tenant_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_appointment_steps")),
        sa.UniqueConstraint("tenant_id", "row_uid", name=op.f("uq_appointment_steps_row_uid")),
    )
    op.create_index(
        "ix_appointment_steps_appointment_id_position",
        "appointment_steps",
        ["tenant_id", "appointment_id", "position"],
        unique=False,
    )
    op.create_index(
        "ix_appointment_steps_step_template_id",
        "appointment_steps",
        ["tenant_id", "step_template_id"],
        unique=False,
    )
    op.create_index(
        "ix_appointment_steps_workflow_step_id",
        "appointment_steps",
        ["tenant_id", "workflow_step_id"],
        unique=False,
    )
    stamp("appointments", "stamp_version")
    stamp("appointment_steps")
    for table in ("appointments", "appointment_steps"):
        protect(table, facility="facility_id" if table == "appointments" else None)
        op.execute(
            f"CREATE TRIGGER keep_row_uid BEFORE UPDATE OF row_uid ON {table} FOR EACH ROW"
            " WHEN (OLD.row_uid <> NEW.row_uid) EXECUTE FUNCTION keep_row_uid()"
        )


def downgrade() -> None:
    op.drop_table("appointment_steps")
    op.drop_table("appointments")
    op.execute("DROP FUNCTION stamp_version()")
