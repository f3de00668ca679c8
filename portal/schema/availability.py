"""Weekly rules, their exceptions, and the slots that come of them."""

from datetime import date, datetime, time
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Date,
    DateTime,
    Index,
    Integer,
    SmallInteger,
    Text,
    Time,
    func,
    literal_column,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base
from portal.tenancy.models import OBJECT, ONE_TENANT, TenantOwned, belongs_to, json_object, one_of

INSTANT = DateTime(timezone=True)


class AvailabilityRule(TenantOwned, Base):
    """A doctor's weekly window at a facility, in the facility's local time.

    `day_of_week` is 0 for Sunday to 6 for Saturday; an `end_time` of 00:00 is the day's end.
    """

    __tablename__ = "availability_rules"
    __table_args__ = (
        belongs_to("doctor_id", "doctors", on_delete="CASCADE"),
        belongs_to("facility_id", "facilities", on_delete="CASCADE"),
        belongs_to("service_offering_id", "service_offerings", on_delete="CASCADE"),
        CheckConstraint("day_of_week BETWEEN 0 AND 6", name="day_of_week"),
        CheckConstraint("start_time < end_time OR end_time = '00:00'", name="times"),
        CheckConstraint("slot_duration_minutes BETWEEN 5 AND 1440", name="slot_duration_minutes"),
        CheckConstraint("slot_interval_minutes BETWEEN 5 AND 1440", name="slot_interval_minutes"),
        CheckConstraint("capacity BETWEEN 1 AND 500", name="capacity"),
        CheckConstraint("valid_from <= valid_to", name="valid_dates"),
        json_object("meta"),
        Index(
            "ix_availability_rules_doctor_id_facility_id", "tenant_id", "doctor_id", "facility_id"
        ),
        Index("ix_availability_rules_facility_id", "tenant_id", "facility_id"),
        Index("ix_availability_rules_service_offering_id", "tenant_id", "service_offering_id"),
    )

    doctor_id: Mapped[int] = mapped_column(BigInteger)
    facility_id: Mapped[int] = mapped_column(BigInteger)
    service_offering_id: Mapped[int | None] = mapped_column(BigInteger)
    day_of_week: Mapped[int] = mapped_column(SmallInteger)
    start_time: Mapped[time] = mapped_column(Time)
    end_time: Mapped[time] = mapped_column(Time)
    slot_duration_minutes: Mapped[int] = mapped_column(Integer)
    slot_interval_minutes: Mapped[int | None] = mapped_column(Integer)
    capacity: Mapped[int] = mapped_column(Integer, server_default=text("1"))
    valid_from: Mapped[date | None] = mapped_column(Date)
    valid_to: Mapped[date | None] = mapped_column(Date)
    active: Mapped[bool] = mapped_column(Boolean, server_default=text("true"))
    meta: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=OBJECT)


class AvailabilityException(TenantOwned, Base):
    """A span in which a doctor's rules do not hold: blocked, emergency, or an override."""

    __tablename__ = "availability_exceptions"
    __table_args__ = (
        belongs_to("availability_rule_id", "availability_rules", on_delete="CASCADE"),
        belongs_to("facility_id", "facilities", on_delete="CASCADE"),
        belongs_to("doctor_id", "doctors", on_delete="CASCADE"),
        CheckConstraint("start_at < end_at", name="times"),
        CheckConstraint(
            "start_at >= '1900-01-01 00:00:00+00' AND end_at < '2300-01-01 00:00:00+00'"
            " AND (type <> 'override' OR end_at - start_at <= '31 days 01:00:00')",
            name="reach",
        ),
        one_of("type", "blocked", "override", "emergency"),
        CheckConstraint("slot_duration_minutes BETWEEN 5 AND 1440", name="slot_duration_minutes"),
        CheckConstraint(
            "type <> 'override' OR availability_rule_id IS NOT NULL"
            " OR slot_duration_minutes IS NOT NULL",
            name="override_duration",
        ),
        json_object("meta"),
        Index(
            "ix_availability_exceptions_availability_rule_id", "tenant_id", "availability_rule_id"
        ),
        Index(
            "ix_availability_exceptions_doctor_id_facility_id_start_at",
            "tenant_id",
            "doctor_id",
            "facility_id",
            "start_at",
        ),
        Index(
            "ix_availability_exceptions_facility_id_start_at",
            "tenant_id",
            "facility_id",
            "start_at",
        ),
    )

    availability_rule_id: Mapped[int | None] = mapped_column(BigInteger)
    facility_id: Mapped[int] = mapped_column(BigInteger)
    doctor_id: Mapped[int] = mapped_column(BigInteger)
    start_at: Mapped[datetime] = mapped_column(INSTANT)
    end_at: Mapped[datetime] = mapped_column(INSTANT)
    type: Mapped[str] = mapped_column(Text)
    reason: Mapped[str | None] = mapped_column(Text)
    slot_duration_minutes: Mapped[int | None] = mapped_column(Integer)
    meta: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=OBJECT)


class AvailabilitySlot(TenantOwned, Base):
    """A start that can be booked, held, or is taken.

    `busy_from` to `busy_until` is how long its doctor is taken; both are null until somebody
    holds or books it.
    """

    __tablename__ = "availability_slots"
    __table_args__ = (
        belongs_to("facility_id", "facilities", on_delete="CASCADE"),
        belongs_to("doctor_id", "doctors", on_delete="CASCADE"),
        belongs_to("service_offering_id", "service_offerings", on_delete="CASCADE"),
        belongs_to("created_from_rule_id", "availability_rules", on_delete="SET NULL"),
        belongs_to("reserved_by", "users", on_delete="SET NULL"),
        CheckConstraint("start_at < end_at", name="times"),
        CheckConstraint("end_at - start_at <= interval '24 hours'", name="longest"),
        one_of("status", "open", "reserved", "booked", "cancelled"),
        CheckConstraint("capacity BETWEEN 1 AND 500", name="capacity"),
        CheckConstraint("booked_count BETWEEN 0 AND capacity", name="booked_count"),
        CheckConstraint(
            "num_nonnulls(reserved_until, reserved_by) ="
            " CASE WHEN status = 'reserved' THEN 2 ELSE 0 END",
            name="reserved",
        ),
        CheckConstraint("status <> 'reserved' OR booked_count = 0", name="held_or_taken"),
        CheckConstraint("reserved_until <= end_at + interval '1 day'", name="held_until"),
        CheckConstraint("busy_from < busy_until", name="busy_times"),
        CheckConstraint(
            "(booked_count = 0 AND status <> 'reserved')"
            " OR (busy_from IS NOT NULL AND busy_until IS NOT NULL)",
            name="busy_when_taken",
        ),
        Index("ix_availability_slots_start_at", "tenant_id", "start_at"),
        Index("ix_availability_slots_doctor_id_start_at", "tenant_id", "doctor_id", "start_at"),
        Index("ix_availability_slots_facility_id_start_at", "tenant_id", "facility_id", "start_at"),
        Index(
            "uq_availability_slots_natural_key",
            "tenant_id",
            "doctor_id",
            "facility_id",
            "start_at",
            "service_offering_id",
            unique=True,
            postgresql_nulls_not_distinct=True,
            postgresql_where=text("NOT overbooked"),
        ),
        Index(
            "ix_availability_slots_orphaned",
            "tenant_id",
            "start_at",
            postgresql_where=text("orphaned_at IS NOT NULL"),
        ),
        Index(
            "ix_availability_slots_reserved_until",
            "tenant_id",
            "reserved_until",
            postgresql_where=text("status = 'reserved'"),
        ),
        Index("ix_availability_slots_created_from_rule_id", "tenant_id", "created_from_rule_id"),
        Index(
            "ix_availability_slots_service_offering_id",
            "tenant_id",
            "service_offering_id",
            postgresql_where=text("service_offering_id IS NOT NULL"),
        ),
    )

    facility_id: Mapped[int] = mapped_column(BigInteger)
    doctor_id: Mapped[int] = mapped_column(BigInteger)
    service_offering_id: Mapped[int | None] = mapped_column(BigInteger)
    start_at: Mapped[datetime] = mapped_column(INSTANT)
    end_at: Mapped[datetime] = mapped_column(INSTANT)
    status: Mapped[str] = mapped_column(Text, server_default="open")
    capacity: Mapped[int] = mapped_column(Integer, server_default=text("1"))
    booked_count: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    reserved_until: Mapped[datetime | None] = mapped_column(INSTANT)
    reserved_by: Mapped[int | None] = mapped_column(BigInteger)
    busy_from: Mapped[datetime | None] = mapped_column(INSTANT)
    busy_until: Mapped[datetime | None] = mapped_column(INSTANT)
    overbooked: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    orphaned_at: Mapped[datetime | None] = mapped_column(INSTANT)
    created_from_rule_id: Mapped[int | None] = mapped_column(BigInteger)


AvailabilitySlot.__table__.append_constraint(  # type: ignore[attr-defined]
    ExcludeConstraint(
        (
            func.calendar_span(
                literal_column("doctor_id"),
                literal_column("busy_from"),
                literal_column("busy_until"),
            ),
            "&&",
        ),
        ONE_TENANT,
        name="ex_availability_slots_doctor",
        using="gist",
        where=text("(booked_count > 0 OR status = 'reserved') AND NOT overbooked"),
    )
)
