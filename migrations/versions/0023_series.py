"""Visits that repeat: a series, which each of its visits names."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from portal.tenancy.migrating import begin_again
from portal.tenancy.policies import protect, stamp

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

OF_SERIES = "fk_appointments_appointment_series_id"
INDEX = "ix_appointments_appointment_series_id"


def upgrade() -> None:
    begin_again("to_regclass('appointment_series') IS NOT NULL", downgrade)
    _make_table()
    op.create_index(
        "ix_appointment_series_facility_id", "appointment_series", ["tenant_id", "facility_id"]
    )
    stamp("appointment_series")
    # What was agreed about dates is never taken out of sight.
    protect("appointment_series", rights="SELECT, INSERT, UPDATE", facility="facility_id")
    op.add_column("appointments", sa.Column("appointment_series_id", sa.BigInteger()))
    op.execute(
        f"ALTER TABLE appointments ADD CONSTRAINT {OF_SERIES}"
        " FOREIGN KEY (tenant_id, appointment_series_id)"
        " REFERENCES appointment_series (tenant_id, id)"
        " ON DELETE SET NULL (appointment_series_id) NOT VALID"
    )
    with op.get_context().autocommit_block():
        op.execute(f"ALTER TABLE appointments VALIDATE CONSTRAINT {OF_SERIES}")
        op.create_index(
            INDEX,
            "appointments",
            ["tenant_id", "appointment_series_id"],
            postgresql_where=sa.text("appointment_series_id IS NOT NULL"),
            postgresql_concurrently=True,
        )


def downgrade() -> None:
    op.drop_column("appointments", "appointment_series_id")
    op.drop_table("appointment_series")


def _make_table() -> None:
    stamped = (
        sa.Column(name, sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False)
        for name in ("created_at", "updated_at")
    )
    op.create_table(
        "appointment_series",
        sa.Column(
            "tenant_id", sa.BigInteger(), server_default=sa.text("current_tenant()"), nullable=False
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("facility_id", sa.BigInteger(), nullable=False),
        sa.Column("every_weeks", sa.Integer(), nullable=False),
        sa.Column(
            "skipped", postgresql.ARRAY(sa.Date()), server_default=sa.text("'{}'"), nullable=False
        ),
        sa.Column("booking_key", sa.Uuid(), nullable=False),
        *stamped,
        sa.CheckConstraint(
            "every_weeks BETWEEN 1 AND 52", name=op.f("ck_appointment_series_every_weeks")
        ),
        sa.CheckConstraint(
            "cardinality(skipped) <= 52", name=op.f("ck_appointment_series_skipped")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "facility_id"],
            ["facilities.tenant_id", "facilities.id"],
            name=op.f("fk_appointment_series_facility_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenants.id"], name=op.f("fk_appointment_series_tenant_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_appointment_series")),
        sa.UniqueConstraint(
            "tenant_id", "booking_key", name=op.f("uq_appointment_series_booking_key")
        ),
    )
