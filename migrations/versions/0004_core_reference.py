"""Facilities, doctors, services, step templates, payers: what everything else refers to."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from portal.tenancy.policies import open_to_gate, protect, stamp

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

MADE = (
    "facilities",
    "user_facilities",
    "doctors",
    "services",
    "step_templates",
    "insurance_providers",
)
FACILITY = {"facilities": "id", "user_facilities": "facility_id"}


def upgrade() -> None:
    op.create_table(
        "facilities",
        sa.Column(
            "tenant_id", sa.BigInteger(), server_default=sa.text("current_tenant()"), nullable=False
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("phone", sa.String(length=50), nullable=True),
        sa.Column("timezone", sa.Text(), nullable=False),
        sa.Column("locale", sa.String(length=10), nullable=True),
        sa.Column(
            "meta",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
        ),
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
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("jsonb_typeof(meta) = 'object'", name=op.f("ck_facilities_meta")),
        sa.CheckConstraint("slug ~ '^[a-z0-9-]{2,63}$'", name=op.f("ck_facilities_slug")),
        sa.CheckConstraint("known_time_zone(timezone)", name=op.f("ck_facilities_timezone")),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenants.id"], name=op.f("fk_facilities_tenant_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_facilities")),
    )
    op.create_index(
        "uq_facilities_name",
        "facilities",
        ["tenant_id", "name"],
        unique=True,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "uq_facilities_slug",
        "facilities",
        ["tenant_id", "slug"],
        unique=True,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_table(
        "user_facilities",
        sa.Column(
            "tenant_id", sa.BigInteger(), server_default=sa.text("current_tenant()"), nullable=False
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("facility_id", sa.BigInteger(), nullable=False),
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
        sa.ForeignKeyConstraint(
            ["tenant_id", "facility_id"],
            ["facilities.tenant_id", "facilities.id"],
            name=op.f("fk_user_facilities_facility_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "user_id"],
            ["users.tenant_id", "users.id"],
            name=op.f("fk_user_facilities_user_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenants.id"], name=op.f("fk_user_facilities_tenant_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_user_facilities")),
        sa.UniqueConstraint(
            "tenant_id",
            "user_id",
            "facility_id",
            name=op.f("uq_user_facilities_user_id_facility_id"),
        ),
    )
    op.create_index(
        "ix_user_facilities_facility_id",
        "user_facilities",
        ["tenant_id", "facility_id"],
        unique=False,
    )
    op.create_table(
        "doctors",
        sa.Column(
            "tenant_id", sa.BigInteger(), server_default=sa.text("current_tenant()"), nullable=False
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("first_name", sa.Text(), nullable=False),
        sa.Column("last_name", sa.Text(), nullable=False),
        sa.Column("display_name", sa.Text(), nullable=False),
        sa.Column("npi", sa.String(length=10), nullable=True),
        sa.Column("specialty", sa.Text(), nullable=True),
        sa.Column("profile", sa.Text(), nullable=True),
        sa.Column(
            "contact",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
        ),
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
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("jsonb_typeof(contact) = 'object'", name=op.f("ck_doctors_contact")),
        sa.CheckConstraint("npi ~ '^[0-9]{10}$'", name=op.f("ck_doctors_npi")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_doctors_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_doctors")),
    )
    op.create_index(
        "ix_doctors_last_name_first_name",
        "doctors",
        ["tenant_id", "last_name", "first_name"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "uq_doctors_npi",
        "doctors",
        ["tenant_id", "npi"],
        unique=True,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_table(
        "services",
        sa.Column(
            "tenant_id", sa.BigInteger(), server_default=sa.text("current_tenant()"), nullable=False
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("code", sa.String(length=50), nullable=True),
        sa.Column("code_system", sa.Text(), server_default="CPT", nullable=False),
        sa.Column("code_version", sa.String(length=50), nullable=True),
        sa.Column(
            "default_duration_minutes", sa.Integer(), server_default=sa.text("30"), nullable=False
        ),
        sa.Column("category", sa.Text(), nullable=True),
        sa.Column(
            "meta",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
        ),
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
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "code_system IN ('CPT', 'HCPCS', 'ICD', 'Custom')", name=op.f("ck_services_code_system")
        ),
        sa.CheckConstraint("jsonb_typeof(meta) = 'object'", name=op.f("ck_services_meta")),
        sa.CheckConstraint(
            "default_duration_minutes BETWEEN 1 AND 1440",
            name=op.f("ck_services_default_duration_minutes"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_services_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_services")),
    )
    op.create_index(
        "ix_services_name",
        "services",
        ["tenant_id", "name"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_table(
        "step_templates",
        sa.Column(
            "tenant_id", sa.BigInteger(), server_default=sa.text("current_tenant()"), nullable=False
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("default_duration_minutes", sa.Integer(), nullable=False),
        sa.Column(
            "requires_location", sa.Boolean(), server_default=sa.text("true"), nullable=False
        ),
        sa.Column(
            "meta",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
        ),
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
        sa.CheckConstraint("jsonb_typeof(meta) = 'object'", name=op.f("ck_step_templates_meta")),
        sa.CheckConstraint(
            "default_duration_minutes BETWEEN 1 AND 1440",
            name=op.f("ck_step_templates_default_duration_minutes"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenants.id"], name=op.f("fk_step_templates_tenant_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_step_templates")),
    )
    op.create_table(
        "insurance_providers",
        sa.Column(
            "tenant_id", sa.BigInteger(), server_default=sa.text("current_tenant()"), nullable=False
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("website", sa.Text(), nullable=True),
        sa.Column(
            "contact",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
        ),
        sa.Column(
            "meta",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
        ),
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
            "jsonb_typeof(contact) = 'object'", name=op.f("ck_insurance_providers_contact")
        ),
        sa.CheckConstraint(
            "jsonb_typeof(meta) = 'object'", name=op.f("ck_insurance_providers_meta")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenants.id"], name=op.f("fk_insurance_providers_tenant_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_insurance_providers")),
        sa.UniqueConstraint("tenant_id", "name", name=op.f("uq_insurance_providers_name")),
    )
    for table in MADE:
        stamp(table)
        protect(table, facility=FACILITY.get(table))
    open_to_gate("user_facilities", "SELECT")


def downgrade() -> None:
    for table in reversed(MADE):
        op.drop_table(table)
