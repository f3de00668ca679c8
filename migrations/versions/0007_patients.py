"""Patients, every personal field an envelope, and the tokens that find them."""

import sqlalchemy as sa
from alembic import op

from portal.tenancy.policies import protect, stamp

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

# An envelope is bound to its row by row_uid: were it to change, nothing would open any more.
KEEP_ROW_UID = """
CREATE FUNCTION keep_row_uid() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RAISE integrity_constraint_violation
    USING MESSAGE = 'row_uid never changes', CONSTRAINT = 'row_uid_never_changes';
END $$
"""


def upgrade() -> None:
    op.execute(KEEP_ROW_UID)
    op.execute("CREATE SEQUENCE patient_mrn_seq START 100001")
    op.execute("GRANT USAGE ON SEQUENCE patient_mrn_seq TO portal_app, portal_worker")
    op.create_table(
        "patients",
        sa.Column(
            "tenant_id", sa.BigInteger(), server_default=sa.text("current_tenant()"), nullable=False
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("row_uid", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("facility_id", sa.BigInteger(), nullable=True),
        sa.Column("mrn", sa.String(length=20), nullable=False),
        sa.Column("status", sa.Text(), server_default="active", nullable=False),
        sa.Column("first_name", sa.LargeBinary(), nullable=False),
        sa.Column("last_name", sa.LargeBinary(), nullable=False),
        sa.Column("email", sa.LargeBinary(), nullable=True),
        sa.Column("phone", sa.LargeBinary(), nullable=True),
        sa.Column("dob", sa.LargeBinary(), nullable=True),
        sa.Column("member_numbers", sa.LargeBinary(), nullable=True),
        sa.Column("notes", sa.LargeBinary(), nullable=True),
        sa.Column("meta", sa.LargeBinary(), nullable=True),
        sa.Column("default_insurance_plan_id", sa.BigInteger(), nullable=True),
        sa.Column("preferred_language", sa.String(length=10), nullable=True),
        sa.Column("merged_into", sa.BigInteger(), nullable=True),
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
            "(status = 'merged') = (merged_into IS NOT NULL)", name=op.f("ck_patients_merged_into")
        ),
        sa.CheckConstraint(
            "status IN ('active', 'inactive', 'merged', 'deceased')",
            name=op.f("ck_patients_status"),
        ),
        sa.CheckConstraint(
            "octet_length(dob) BETWEEN 64 AND 16777248"
            " AND (octet_length(dob) - 32) & (octet_length(dob) - 33) = 0"
            " AND get_byte(dob, 0) = 1 AND get_byte(dob, 1) = 1",
            name=op.f("ck_patients_dob_envelope"),
        ),
        sa.CheckConstraint(
            "octet_length(email) BETWEEN 64 AND 16777248"
            " AND (octet_length(email) - 32) & (octet_length(email) - 33) = 0"
            " AND get_byte(email, 0) = 1 AND get_byte(email, 1) = 1",
            name=op.f("ck_patients_email_envelope"),
        ),
        sa.CheckConstraint(
            "octet_length(first_name) BETWEEN 64 AND 16777248"
            " AND (octet_length(first_name) - 32) & (octet_length(first_name) - 33) = 0"
            " AND get_byte(first_name, 0) = 1 AND get_byte(first_name, 1) = 1",
            name=op.f("ck_patients_first_name_envelope"),
        ),
        sa.CheckConstraint(
            "octet_length(last_name) BETWEEN 64 AND 16777248"
            " AND (octet_length(last_name) - 32) & (octet_length(last_name) - 33) = 0"
            " AND get_byte(last_name, 0) = 1 AND get_byte(last_name, 1) = 1",
            name=op.f("ck_patients_last_name_envelope"),
        ),
        sa.CheckConstraint(
            "octet_length(member_numbers) BETWEEN 64 AND 16777248"
            " AND (octet_length(member_numbers) - 32) & (octet_length(member_numbers) - 33) = 0"
            " AND get_byte(member_numbers, 0) = 1 AND get_byte(member_numbers, 1) = 1",
            name=op.f("ck_patients_member_numbers_envelope"),
        ),
        sa.CheckConstraint(
            "octet_length(meta) BETWEEN 64 AND 16777248"
            " AND (octet_length(meta) - 32) & (octet_length(meta) - 33) = 0"
            " AND get_byte(meta, 0) = 1 AND get_byte(meta, 1) = 1",
            name=op.f("ck_patients_meta_envelope"),
        ),
        sa.CheckConstraint(
            "octet_length(notes) BETWEEN 64 AND 16777248"
            " AND (octet_length(notes) - 32) & (octet_length(notes) - 33) = 0"
            " AND get_byte(notes, 0) = 1 AND get_byte(notes, 1) = 1",
            name=op.f("ck_patients_notes_envelope"),
        ),
        sa.CheckConstraint(
            "octet_length(phone) BETWEEN 64 AND 16777248"
            " AND (octet_length(phone) - 32) & (octet_length(phone) - 33) = 0"
            " AND get_byte(phone, 0) = 1 AND get_byte(phone, 1) = 1",
            name=op.f("ck_patients_phone_envelope"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "default_insurance_plan_id"],
            ["insurance_plans.tenant_id", "insurance_plans.id"],
            name=op.f("fk_patients_default_insurance_plan_id"),
            ondelete="SET NULL (default_insurance_plan_id)",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "facility_id"],
            ["facilities.tenant_id", "facilities.id"],
            name=op.f("fk_patients_facility_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "merged_into"],
            ["patients.tenant_id", "patients.id"],
            name=op.f("fk_patients_merged_into"),
            ondelete="NO ACTION",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "user_id"],
            ["users.tenant_id", "users.id"],
            name=op.f("fk_patients_user_id"),
            ondelete="SET NULL (user_id)",
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_patients_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_patients")),
        sa.UniqueConstraint("tenant_id", "row_uid", name=op.f("uq_patients_row_uid")),
        sa.UniqueConstraint("tenant_id", "mrn", name=op.f("uq_patients_mrn")),
    )
    op.create_index(
        "ix_patients_default_insurance_plan_id",
        "patients",
        ["tenant_id", "default_insurance_plan_id"],
        unique=False,
    )
    op.create_index(
        "ix_patients_facility_id", "patients", ["tenant_id", "facility_id"], unique=False
    )
    op.create_index(
        "ix_patients_merged_into", "patients", ["tenant_id", "merged_into"], unique=False
    )
    op.create_index(
        "ix_patients_updated_at",
        "patients",
        ["tenant_id", "updated_at"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index("ix_patients_user_id", "patients", ["tenant_id", "user_id"], unique=False)
    op.create_table(
        "patient_search_tokens",
        sa.Column(
            "tenant_id", sa.BigInteger(), server_default=sa.text("current_tenant()"), nullable=False
        ),
        sa.Column("field", sa.String(length=20), nullable=False),
        sa.Column("token", sa.LargeBinary(), nullable=False),
        sa.Column("patient_id", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "octet_length(token) BETWEEN 8 AND 32", name=op.f("ck_patient_search_tokens_token")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "patient_id"],
            ["patients.tenant_id", "patients.id"],
            name=op.f("fk_patient_search_tokens_patient_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenants.id"], name=op.f("fk_patient_search_tokens_tenant_id")
        ),
        sa.PrimaryKeyConstraint(
            "tenant_id", "field", "token", "patient_id", name=op.f("pk_patient_search_tokens")
        ),
    )
    op.create_index(
        "ix_patient_search_tokens_patient_id",
        "patient_search_tokens",
        ["tenant_id", "patient_id"],
        unique=False,
    )
    stamp("patients")
    op.execute(
        "CREATE TRIGGER keep_row_uid BEFORE UPDATE OF row_uid ON patients FOR EACH ROW"
        " WHEN (OLD.row_uid <> NEW.row_uid) EXECUTE FUNCTION keep_row_uid()"
    )
    protect("patients")
    protect("patient_search_tokens", audited=False, rights="SELECT, INSERT, DELETE")


def downgrade() -> None:
    op.drop_table("patient_search_tokens")
    op.drop_table("patients")
    op.execute("DROP SEQUENCE patient_mrn_seq")
    op.execute("DROP FUNCTION keep_row_uid()")
