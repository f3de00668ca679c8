"""Absences: when a doctor is away, where, and what became of each visit that was booked then."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    DateTime,
    Index,
    Integer,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base
from portal.tenancy.models import TenantOwned, belongs_to, one_of

INSTANT = DateTime(timezone=True)


class Absence(TenantOwned, Base):
    """A doctor is away: at how many facilities, and how many visits were decided about with it.

    Who does not see as many as that sees a part of it only, and cannot take it back.
    """

    __tablename__ = "absences"
    __table_args__ = (
        belongs_to("doctor_id", "doctors", on_delete="RESTRICT"),
        belongs_to("recorded_by", "users", on_delete="SET NULL"),
        belongs_to("undone_by", "users", on_delete="SET NULL"),
        one_of("type", "blocked", "emergency"),
        CheckConstraint("facilities >= 0 AND visits >= 0", name="counts"),
        UniqueConstraint("tenant_id", "absence_key"),
        Index("ix_absences_doctor_id", "tenant_id", "doctor_id"),
        Index("ix_absences_created_at", "tenant_id", "created_at"),
        Index("ix_absences_recorded_by", "tenant_id", "recorded_by"),
        Index("ix_absences_undone_by", "tenant_id", "undone_by"),
    )

    absence_key: Mapped[UUID] = mapped_column(Uuid)
    doctor_id: Mapped[int] = mapped_column(BigInteger)
    type: Mapped[str] = mapped_column(Text)
    reason: Mapped[str | None] = mapped_column(Text)
    facilities: Mapped[int] = mapped_column(Integer)
    visits: Mapped[int] = mapped_column(Integer)
    recorded_by: Mapped[int | None] = mapped_column(BigInteger)
    undone_at: Mapped[datetime | None] = mapped_column(INSTANT)
    undone_by: Mapped[int | None] = mapped_column(BigInteger)


class AbsenceSpan(TenantOwned, Base):
    """An absence at one facility; its exception is null once somebody has removed that."""

    __tablename__ = "absence_spans"
    __table_args__ = (
        belongs_to("absence_id", "absences", on_delete="CASCADE"),
        belongs_to("facility_id", "facilities", on_delete="CASCADE"),
        belongs_to("availability_exception_id", "availability_exceptions", on_delete="SET NULL"),
        CheckConstraint("start_at < end_at", name="times"),
        UniqueConstraint("tenant_id", "absence_id", "facility_id"),
        Index("ix_absence_spans_facility_id", "tenant_id", "facility_id"),
        Index(
            "ix_absence_spans_availability_exception_id",
            "tenant_id",
            "availability_exception_id",
        ),
    )

    absence_id: Mapped[int] = mapped_column(BigInteger)
    facility_id: Mapped[int] = mapped_column(BigInteger)
    availability_exception_id: Mapped[int | None] = mapped_column(BigInteger)
    start_at: Mapped[datetime] = mapped_column(INSTANT)
    end_at: Mapped[datetime] = mapped_column(INSTANT)


class AbsenceVisit(TenantOwned, Base):
    """A visit's outcome: moved, left to decide, or cancelled; and whether somebody called.

    `returned_at`: the absence was taken back and the visit is where it was. `informed`: by then the
    patient had been called, so that another call is due.
    """

    __tablename__ = "absence_visits"
    __table_args__ = (
        belongs_to("absence_id", "absences", on_delete="CASCADE"),
        belongs_to("appointment_id", "appointments", on_delete="CASCADE"),
        belongs_to("from_offering_id", "service_offerings", on_delete="CASCADE"),
        belongs_to("to_offering_id", "service_offerings", on_delete="CASCADE"),
        belongs_to("called_by", "users", on_delete="SET NULL"),
        one_of("outcome", "moved", "left", "cancelled"),
        CheckConstraint(
            "num_nonnulls(to_start_at, to_offering_id)"
            " = CASE outcome WHEN 'moved' THEN 2 ELSE 0 END",
            name="moved",
        ),
        UniqueConstraint("tenant_id", "absence_id", "appointment_id"),
        Index("ix_absence_visits_appointment_id", "tenant_id", "appointment_id"),
        Index("ix_absence_visits_from_offering_id", "tenant_id", "from_offering_id"),
        Index("ix_absence_visits_to_offering_id", "tenant_id", "to_offering_id"),
        Index("ix_absence_visits_called_by", "tenant_id", "called_by"),
    )

    absence_id: Mapped[int] = mapped_column(BigInteger)
    appointment_id: Mapped[int] = mapped_column(BigInteger)
    outcome: Mapped[str] = mapped_column(Text)
    from_start_at: Mapped[datetime] = mapped_column(INSTANT)
    from_offering_id: Mapped[int] = mapped_column(BigInteger)
    to_start_at: Mapped[datetime | None] = mapped_column(INSTANT)
    to_offering_id: Mapped[int | None] = mapped_column(BigInteger)
    called_at: Mapped[datetime | None] = mapped_column(INSTANT)
    called_by: Mapped[int | None] = mapped_column(BigInteger)
    returned_at: Mapped[datetime | None] = mapped_column(INSTANT)
    informed: Mapped[bool] = mapped_column("told", Boolean, server_default=text("false"))
