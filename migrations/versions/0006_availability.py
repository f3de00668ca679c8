"""Weekly rules, exceptions and slots; a doctor is never in two places."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from portal.tenancy.policies import protect, stamp

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

MADE = ("availability_rules", "availability_exceptions", "availability_slots")

# Every owner's minutes end to end on one number line, so that the built-in GiST range
# operators keep them apart and no extension is needed: see docs/adr on the integer timeline.
# Rounded outwards, so that seconds cannot hide an overlap.
CALENDAR_SPAN = """
CREATE FUNCTION calendar_span(owner bigint, starts timestamptz, ends timestamptz)
RETURNS int8range
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT int8range(
    owner * 4294967296 + floor(extract(epoch FROM starts) / 60)::bigint,
    owner * 4294967296 + ceil(extract(epoch FROM ends) / 60)::bigint)
$$
"""

# RFC 5545, section 3.3.5: a local time that happens twice is its first happening, one that the
# clocks skip is read with the offset before the gap. AT TIME ZONE does the latter but takes the
# second happening; three hours before it the earlier offset is in force (no fold is longer).
LOCAL_INSTANT = """
CREATE FUNCTION local_instant(day date, wall_time time, zone text) RETURNS timestamptz
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT CASE
    WHEN ((late - fold) AT TIME ZONE zone) = day + wall_time THEN late - fold
    ELSE late
  END
  FROM (
    SELECT late,
      ((late - interval '3 hours') AT TIME ZONE zone)
        - ((late - interval '3 hours') AT TIME ZONE 'UTC')
        - ((late AT TIME ZONE zone) - (late AT TIME ZONE 'UTC')) AS fold
    FROM (SELECT (day + wall_time) AT TIME ZONE zone AS late) AS converted
  ) AS compared
$$
"""


def upgrade() -> None:
    op.execute(CALENDAR_SPAN)
    op.execute(LOCAL_INSTANT)
    op.create_table(
        "availability_rules",
        sa.Column(
            "tenant_id", sa.BigInteger(), server_default=sa.text("current_tenant()"), nullable=False
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("doctor_id", sa.BigInteger(), nullable=False),
        sa.Column("facility_id", sa.BigInteger(), nullable=False),
        sa.Column("service_offering_id", sa.BigInteger(), nullable=True),
        sa.Column("day_of_week", sa.SmallInteger(), nullable=False),
        sa.Column("start_time", sa.Time(), nullable=False),
        sa.Column("end_time", sa.Time(), nullable=False),
        sa.Column("slot_duration_minutes", sa.Integer(), nullable=False),
        sa.Column("slot_interval_minutes", sa.Integer(), nullable=True),
        sa.Column("capacity", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
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
        sa.CheckConstraint(
            "jsonb_typeof(meta) = 'object'", name=op.f("ck_availability_rules_meta")
        ),
        sa.CheckConstraint(
            "start_time < end_time OR end_time = '00:00'", name=op.f("ck_availability_rules_times")
        ),
        sa.CheckConstraint(
            "capacity BETWEEN 1 AND 500", name=op.f("ck_availability_rules_capacity")
        ),
        sa.CheckConstraint(
            "day_of_week BETWEEN 0 AND 6", name=op.f("ck_availability_rules_day_of_week")
        ),
        sa.CheckConstraint(
            "slot_duration_minutes BETWEEN 5 AND 1440",
            name=op.f("ck_availability_rules_slot_duration_minutes"),
        ),
        sa.CheckConstraint(
            "slot_interval_minutes BETWEEN 5 AND 1440",
            name=op.f("ck_availability_rules_slot_interval_minutes"),
        ),
        sa.CheckConstraint(
            "valid_from <= valid_to", name=op.f("ck_availability_rules_valid_dates")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "doctor_id"],
            ["doctors.tenant_id", "doctors.id"],
            name=op.f("fk_availability_rules_doctor_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "facility_id"],
            ["facilities.tenant_id", "facilities.id"],
            name=op.f("fk_availability_rules_facility_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "service_offering_id"],
            ["service_offerings.tenant_id", "service_offerings.id"],
            name=op.f("fk_availability_rules_service_offering_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenants.id"], name=op.f("fk_availability_rules_tenant_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_availability_rules")),
    )
    op.create_index(
        "ix_availability_rules_doctor_id_facility_id",
        "availability_rules",
        ["tenant_id", "doctor_id", "facility_id"],
        unique=False,
    )
    op.create_index(
        "ix_availability_rules_facility_id",
        "availability_rules",
        ["tenant_id", "facility_id"],
        unique=False,
    )
    op.create_index(
        "ix_availability_rules_service_offering_id",
        "availability_rules",
        ["tenant_id", "service_offering_id"],
        unique=False,
    )
    op.create_table(
        "availability_exceptions",
        sa.Column(
            "tenant_id", sa.BigInteger(), server_default=sa.text("current_tenant()"), nullable=False
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("availability_rule_id", sa.BigInteger(), nullable=True),
        sa.Column("facility_id", sa.BigInteger(), nullable=False),
        sa.Column("doctor_id", sa.BigInteger(), nullable=False),
        sa.Column("start_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("end_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("slot_duration_minutes", sa.Integer(), nullable=True),
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
            "jsonb_typeof(meta) = 'object'", name=op.f("ck_availability_exceptions_meta")
        ),
        sa.CheckConstraint(
            "type <> 'override' OR availability_rule_id IS NOT NULL OR slot_duration_minutes IS NOT NULL",
            name=op.f("ck_availability_exceptions_override_duration"),
        ),
        sa.CheckConstraint(
            "type IN ('blocked', 'override', 'emergency')",
            name=op.f("ck_availability_exceptions_type"),
        ),
        sa.CheckConstraint(
            "slot_duration_minutes BETWEEN 5 AND 1440",
            name=op.f("ck_availability_exceptions_slot_duration_minutes"),
        ),
        sa.CheckConstraint("start_at < end_at", name=op.f("ck_availability_exceptions_times")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "availability_rule_id"],
            ["availability_rules.tenant_id", "availability_rules.id"],
            name=op.f("fk_availability_exceptions_availability_rule_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "doctor_id"],
            ["doctors.tenant_id", "doctors.id"],
            name=op.f("fk_availability_exceptions_doctor_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "facility_id"],
            ["facilities.tenant_id", "facilities.id"],
            name=op.f("fk_availability_exceptions_facility_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenants.id"], name=op.f("fk_availability_exceptions_tenant_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_availability_exceptions")),
    )
    op.create_index(
        "ix_availability_exceptions_availability_rule_id",
        "availability_exceptions",
        ["tenant_id", "availability_rule_id"],
        unique=False,
    )
    op.create_index(
        "ix_availability_exceptions_doctor_id_facility_id_start_at",
        "availability_exceptions",
        ["tenant_id", "doctor_id", "facility_id", "start_at"],
        unique=False,
    )
    op.create_index(
        "ix_availability_exceptions_facility_id_start_at",
        "availability_exceptions",
        ["tenant_id", "facility_id", "start_at"],
        unique=False,
    )
    op.create_table(
        "availability_slots",
        sa.Column(
            "tenant_id", sa.BigInteger(), server_default=sa.text("current_tenant()"), nullable=False
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("facility_id", sa.BigInteger(), nullable=False),
        sa.Column("doctor_id", sa.BigInteger(), nullable=False),
        sa.Column("service_offering_id", sa.BigInteger(), nullable=True),
        sa.Column("start_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("end_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.Text(), server_default="open", nullable=False),
        sa.Column("capacity", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("booked_count", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("reserved_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reserved_by", sa.BigInteger(), nullable=True),
        sa.Column("busy_from", sa.DateTime(timezone=True), nullable=True),
        sa.Column("busy_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("overbooked", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("orphaned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_from_rule_id", sa.BigInteger(), nullable=True),
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
            (sa.text("calendar_span(doctor_id, busy_from, busy_until)"), "&&"),
            (sa.text("int8range(tenant_id, tenant_id, '[]')"), "&&"),
            where=sa.text("(booked_count > 0 OR status = 'reserved') AND NOT overbooked"),
            using="gist",
            name="ex_availability_slots_doctor",
        ),
        sa.CheckConstraint(
            "(booked_count = 0 AND status <> 'reserved') OR (busy_from IS NOT NULL AND busy_until IS NOT NULL)",
            name=op.f("ck_availability_slots_busy_when_taken"),
        ),
        sa.CheckConstraint(
            "num_nonnulls(reserved_until, reserved_by) = CASE WHEN status = 'reserved' THEN 2 ELSE 0 END",
            name=op.f("ck_availability_slots_reserved"),
        ),
        sa.CheckConstraint(
            "status IN ('open', 'reserved', 'booked', 'cancelled')",
            name=op.f("ck_availability_slots_status"),
        ),
        sa.CheckConstraint(
            "booked_count BETWEEN 0 AND capacity", name=op.f("ck_availability_slots_booked_count")
        ),
        sa.CheckConstraint("busy_from < busy_until", name=op.f("ck_availability_slots_busy_times")),
        sa.CheckConstraint(
            "capacity BETWEEN 1 AND 500", name=op.f("ck_availability_slots_capacity")
        ),
        sa.CheckConstraint("start_at < end_at", name=op.f("ck_availability_slots_times")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "created_from_rule_id"],
            ["availability_rules.tenant_id", "availability_rules.id"],
            name=op.f("fk_availability_slots_created_from_rule_id"),
            ondelete="SET NULL (created_from_rule_id)",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "doctor_id"],
            ["doctors.tenant_id", "doctors.id"],
            name=op.f("fk_availability_slots_doctor_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "facility_id"],
            ["facilities.tenant_id", "facilities.id"],
            name=op.f("fk_availability_slots_facility_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "reserved_by"],
            ["users.tenant_id", "users.id"],
            name=op.f("fk_availability_slots_reserved_by"),
            ondelete="SET NULL (reserved_by)",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "service_offering_id"],
            ["service_offerings.tenant_id", "service_offerings.id"],
            name=op.f("fk_availability_slots_service_offering_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenants.id"], name=op.f("fk_availability_slots_tenant_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_availability_slots")),
    )
    op.create_index(
        "ix_availability_slots_created_from_rule_id",
        "availability_slots",
        ["tenant_id", "created_from_rule_id"],
        unique=False,
    )
    op.create_index(
        "ix_availability_slots_doctor_id_start_at",
        "availability_slots",
        ["tenant_id", "doctor_id", "start_at"],
        unique=False,
    )
    op.create_index(
        "ix_availability_slots_facility_id_start_at",
        "availability_slots",
        ["tenant_id", "facility_id", "start_at"],
        unique=False,
    )
    op.create_index(
        "ix_availability_slots_orphaned",
        "availability_slots",
        ["tenant_id", "start_at"],
        unique=False,
        postgresql_where=sa.text("orphaned_at IS NOT NULL"),
    )
    op.create_index(
        "ix_availability_slots_reserved_until",
        "availability_slots",
        ["tenant_id", "reserved_until"],
        unique=False,
        postgresql_where=sa.text("status = 'reserved'"),
    )
    op.create_index(
        "ix_availability_slots_service_offering_id",
        "availability_slots",
        ["tenant_id", "service_offering_id"],
        unique=False,
        postgresql_where=sa.text("service_offering_id IS NOT NULL"),
    )
    op.create_index(
        "ix_availability_slots_start_at",
        "availability_slots",
        ["tenant_id", "start_at"],
        unique=False,
    )
    op.create_index(
        "uq_availability_slots_natural_key",
        "availability_slots",
        ["tenant_id", "doctor_id", "facility_id", "start_at", "service_offering_id"],
        unique=True,
        postgresql_nulls_not_distinct=True,
        postgresql_where=sa.text("NOT overbooked"),
    )
    for table in MADE:
        stamp(table)
        # Slots are derived: materialising writes one entry with its counts, holds are actions.
        # A doctor is taken wherever that is, so everybody sees the slots of every facility.
        slots = table == "availability_slots"
        protect(table, audited=not slots, facility="facility_id", read_everywhere=slots)


def downgrade() -> None:
    for table in reversed(MADE):
        op.drop_table(table)
    op.execute("DROP FUNCTION local_instant(date, time, text)")
    op.execute("DROP FUNCTION calendar_span(bigint, timestamptz, timestamptz)")
