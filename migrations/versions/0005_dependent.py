"""Places of doctors, plans and their acceptance, offerings and their workflows."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from portal.tenancy.policies import protect, stamp

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

MADE = (
    "facility_doctors",
    "insurance_plans",
    "facility_insurance_plans",
    "service_offerings",
    "service_workflows",
    "workflow_steps",
)
OF_A_FACILITY = {"facility_doctors", "facility_insurance_plans", "service_offerings"}

# Whatever is written to it, a workflow's total is the sum of its steps.
TOTAL_MINUTES = """
CREATE FUNCTION total_minutes() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  NEW.total_estimated_minutes := coalesce((
    SELECT sum(coalesce(step.duration_minutes, template.default_duration_minutes))
    FROM workflow_steps AS step
    JOIN step_templates AS template
      ON template.tenant_id = step.tenant_id AND template.id = step.step_template_id
    WHERE step.tenant_id = NEW.tenant_id AND step.service_workflow_id = NEW.id), 0);
  RETURN NEW;
END $$
"""

STEPS_CHANGED = """
CREATE FUNCTION steps_changed() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF TG_OP <> 'INSERT' THEN
    UPDATE service_workflows SET total_estimated_minutes = 0
    WHERE tenant_id = OLD.tenant_id AND id = OLD.service_workflow_id;
  END IF;
  IF TG_OP <> 'DELETE' THEN
    UPDATE service_workflows SET total_estimated_minutes = 0
    WHERE tenant_id = NEW.tenant_id AND id = NEW.service_workflow_id;
  END IF;
  RETURN NULL;
END $$
"""

TEMPLATE_CHANGED = """
CREATE FUNCTION template_changed() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  UPDATE service_workflows SET total_estimated_minutes = 0
  WHERE tenant_id = NEW.tenant_id AND id IN (
    SELECT service_workflow_id FROM workflow_steps
    WHERE tenant_id = NEW.tenant_id AND step_template_id = NEW.id AND duration_minutes IS NULL);
  RETURN NULL;
END $$
"""

TRIGGERS = (
    "CREATE TRIGGER total_minutes BEFORE INSERT OR UPDATE OF total_estimated_minutes"
    " ON service_workflows FOR EACH ROW EXECUTE FUNCTION total_minutes()",
    "CREATE TRIGGER steps_changed AFTER INSERT OR DELETE OR UPDATE OF service_workflow_id,"
    " step_template_id, duration_minutes ON workflow_steps"
    " FOR EACH ROW EXECUTE FUNCTION steps_changed()",
    "CREATE TRIGGER template_changed AFTER UPDATE OF default_duration_minutes ON step_templates"
    " FOR EACH ROW EXECUTE FUNCTION template_changed()",
)


def upgrade() -> None:
    op.create_table(
        "facility_doctors",
        sa.Column(
            "tenant_id", sa.BigInteger(), server_default=sa.text("current_tenant()"), nullable=False
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("facility_id", sa.BigInteger(), nullable=False),
        sa.Column("doctor_id", sa.BigInteger(), nullable=False),
        sa.Column("role", sa.String(length=100), nullable=True),
        sa.Column("active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
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
            ["tenant_id", "doctor_id"],
            ["doctors.tenant_id", "doctors.id"],
            name=op.f("fk_facility_doctors_doctor_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "facility_id"],
            ["facilities.tenant_id", "facilities.id"],
            name=op.f("fk_facility_doctors_facility_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenants.id"], name=op.f("fk_facility_doctors_tenant_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_facility_doctors")),
        sa.UniqueConstraint(
            "tenant_id",
            "facility_id",
            "doctor_id",
            name=op.f("uq_facility_doctors_facility_id_doctor_id"),
        ),
    )
    op.create_index(
        "ix_facility_doctors_doctor_id",
        "facility_doctors",
        ["tenant_id", "doctor_id"],
        unique=False,
    )
    op.create_table(
        "insurance_plans",
        sa.Column(
            "tenant_id", sa.BigInteger(), server_default=sa.text("current_tenant()"), nullable=False
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("insurance_provider_id", sa.BigInteger(), nullable=False),
        sa.Column("plan_code", sa.String(length=100), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=True),
        sa.Column("effective_to", sa.Date(), nullable=True),
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
        sa.CheckConstraint("jsonb_typeof(meta) = 'object'", name=op.f("ck_insurance_plans_meta")),
        sa.CheckConstraint(
            "effective_from <= effective_to", name=op.f("ck_insurance_plans_effective_dates")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "insurance_provider_id"],
            ["insurance_providers.tenant_id", "insurance_providers.id"],
            name=op.f("fk_insurance_plans_insurance_provider_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenants.id"], name=op.f("fk_insurance_plans_tenant_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_insurance_plans")),
        sa.UniqueConstraint(
            "tenant_id",
            "insurance_provider_id",
            "plan_code",
            name=op.f("uq_insurance_plans_insurance_provider_id_plan_code"),
        ),
    )
    op.create_table(
        "facility_insurance_plans",
        sa.Column(
            "tenant_id", sa.BigInteger(), server_default=sa.text("current_tenant()"), nullable=False
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("facility_id", sa.BigInteger(), nullable=False),
        sa.Column("insurance_plan_id", sa.BigInteger(), nullable=False),
        sa.Column("enabled", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("notes", sa.Text(), nullable=True),
        sa.Column("accepted_since", sa.Date(), nullable=True),
        sa.Column("accepted_until", sa.Date(), nullable=True),
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
            "accepted_since <= accepted_until",
            name=op.f("ck_facility_insurance_plans_accepted_dates"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "facility_id"],
            ["facilities.tenant_id", "facilities.id"],
            name=op.f("fk_facility_insurance_plans_facility_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "insurance_plan_id"],
            ["insurance_plans.tenant_id", "insurance_plans.id"],
            name=op.f("fk_facility_insurance_plans_insurance_plan_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenants.id"], name=op.f("fk_facility_insurance_plans_tenant_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_facility_insurance_plans")),
        sa.UniqueConstraint(
            "tenant_id",
            "facility_id",
            "insurance_plan_id",
            name=op.f("uq_facility_insurance_plans_facility_id_insurance_plan_id"),
        ),
    )
    op.create_index(
        "ix_facility_insurance_plans_insurance_plan_id",
        "facility_insurance_plans",
        ["tenant_id", "insurance_plan_id"],
        unique=False,
    )
    op.create_table(
        "service_offerings",
        sa.Column(
            "tenant_id", sa.BigInteger(), server_default=sa.text("current_tenant()"), nullable=False
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("service_id", sa.BigInteger(), nullable=False),
        sa.Column("doctor_id", sa.BigInteger(), nullable=False),
        sa.Column("facility_id", sa.BigInteger(), nullable=False),
        sa.Column("active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("default_duration_minutes", sa.Integer(), nullable=True),
        sa.Column(
            "buffer_before_minutes", sa.Integer(), server_default=sa.text("0"), nullable=False
        ),
        sa.Column(
            "buffer_after_minutes", sa.Integer(), server_default=sa.text("0"), nullable=False
        ),
        sa.Column("visibility", sa.Text(), server_default="public", nullable=False),
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
        sa.CheckConstraint("jsonb_typeof(meta) = 'object'", name=op.f("ck_service_offerings_meta")),
        sa.CheckConstraint(
            "visibility IN ('public', 'private')", name=op.f("ck_service_offerings_visibility")
        ),
        sa.CheckConstraint(
            "buffer_after_minutes BETWEEN 0 AND 240",
            name=op.f("ck_service_offerings_buffer_after_minutes"),
        ),
        sa.CheckConstraint(
            "buffer_before_minutes BETWEEN 0 AND 240",
            name=op.f("ck_service_offerings_buffer_before_minutes"),
        ),
        sa.CheckConstraint(
            "default_duration_minutes BETWEEN 1 AND 1440",
            name=op.f("ck_service_offerings_default_duration_minutes"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "doctor_id"],
            ["doctors.tenant_id", "doctors.id"],
            name=op.f("fk_service_offerings_doctor_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "facility_id"],
            ["facilities.tenant_id", "facilities.id"],
            name=op.f("fk_service_offerings_facility_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "service_id"],
            ["services.tenant_id", "services.id"],
            name=op.f("fk_service_offerings_service_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenants.id"], name=op.f("fk_service_offerings_tenant_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_service_offerings")),
        sa.UniqueConstraint(
            "tenant_id",
            "service_id",
            "doctor_id",
            "facility_id",
            name=op.f("uq_service_offerings_service_id_doctor_id_facility_id"),
        ),
    )
    op.create_index(
        "ix_service_offerings_doctor_id",
        "service_offerings",
        ["tenant_id", "doctor_id"],
        unique=False,
    )
    op.create_index(
        "ix_service_offerings_facility_id_doctor_id",
        "service_offerings",
        ["tenant_id", "facility_id", "doctor_id"],
        unique=False,
    )
    op.create_table(
        "service_workflows",
        sa.Column(
            "tenant_id", sa.BigInteger(), server_default=sa.text("current_tenant()"), nullable=False
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("service_offering_id", sa.BigInteger(), nullable=False),
        sa.Column("insurance_plan_id", sa.BigInteger(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column(
            "total_estimated_minutes", sa.Integer(), server_default=sa.text("0"), nullable=False
        ),
        sa.Column("active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
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
        sa.CheckConstraint("jsonb_typeof(meta) = 'object'", name=op.f("ck_service_workflows_meta")),
        sa.CheckConstraint(
            "total_estimated_minutes >= 0",
            name=op.f("ck_service_workflows_total_estimated_minutes"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "insurance_plan_id"],
            ["insurance_plans.tenant_id", "insurance_plans.id"],
            name=op.f("fk_service_workflows_insurance_plan_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "service_offering_id"],
            ["service_offerings.tenant_id", "service_offerings.id"],
            name=op.f("fk_service_workflows_service_offering_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenants.id"], name=op.f("fk_service_workflows_tenant_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_service_workflows")),
    )
    op.create_index(
        "ix_service_workflows_insurance_plan_id",
        "service_workflows",
        ["tenant_id", "insurance_plan_id"],
        unique=False,
    )
    op.create_index(
        "ix_service_workflows_service_offering_id",
        "service_workflows",
        ["tenant_id", "service_offering_id"],
        unique=False,
    )
    op.create_index(
        "uq_service_workflows_active",
        "service_workflows",
        ["tenant_id", "service_offering_id", "insurance_plan_id"],
        unique=True,
        postgresql_nulls_not_distinct=True,
        postgresql_where=sa.text("active"),
    )
    op.create_table(
        "workflow_steps",
        sa.Column(
            "tenant_id", sa.BigInteger(), server_default=sa.text("current_tenant()"), nullable=False
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("service_workflow_id", sa.BigInteger(), nullable=False),
        sa.Column("step_template_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("duration_minutes", sa.Integer(), nullable=True),
        sa.Column("location_type", sa.String(length=50), nullable=True),
        sa.Column(
            "requires_preparation", sa.Boolean(), server_default=sa.text("false"), nullable=False
        ),
        sa.Column("can_be_skipped", sa.Boolean(), server_default=sa.text("false"), nullable=False),
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
        sa.CheckConstraint("jsonb_typeof(meta) = 'object'", name=op.f("ck_workflow_steps_meta")),
        sa.CheckConstraint(
            "duration_minutes BETWEEN 1 AND 1440", name=op.f("ck_workflow_steps_duration_minutes")
        ),
        sa.CheckConstraint("position >= 1", name=op.f("ck_workflow_steps_position")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "service_workflow_id"],
            ["service_workflows.tenant_id", "service_workflows.id"],
            name=op.f("fk_workflow_steps_service_workflow_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "step_template_id"],
            ["step_templates.tenant_id", "step_templates.id"],
            name=op.f("fk_workflow_steps_step_template_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenants.id"], name=op.f("fk_workflow_steps_tenant_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_workflow_steps")),
        sa.UniqueConstraint(
            "tenant_id",
            "service_workflow_id",
            "position",
            deferrable=True,
            initially="DEFERRED",
            name=op.f("uq_workflow_steps_service_workflow_id_position"),
        ),
    )
    op.create_index(
        "ix_workflow_steps_service_workflow_id_position",
        "workflow_steps",
        ["tenant_id", "service_workflow_id", "position"],
        unique=False,
    )
    op.create_index(
        "ix_workflow_steps_step_template_id",
        "workflow_steps",
        ["tenant_id", "step_template_id"],
        unique=False,
    )
    for table in MADE:
        stamp(table)
        protect(table, facility="facility_id" if table in OF_A_FACILITY else None)
    for statement in (TOTAL_MINUTES, STEPS_CHANGED, TEMPLATE_CHANGED, *TRIGGERS):
        op.execute(statement)


def downgrade() -> None:
    op.execute("DROP TRIGGER template_changed ON step_templates")
    for table in reversed(MADE):
        op.drop_table(table)
    for function in ("template_changed", "steps_changed", "total_minutes"):
        op.execute(f"DROP FUNCTION {function}()")
