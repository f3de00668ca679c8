"""Appointments and the steps each visit takes."""

from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    Date,
    DateTime,
    FetchedValue,
    Index,
    Integer,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    Uuid,
    func,
    literal_column,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base, session
from portal.phi.columns import is_envelope
from portal.phi.sealed import Sealed
from portal.tenancy.models import ONE_TENANT, Dated, TenantOwned, belongs_to, one_of

INSTANT = DateTime(timezone=True)
# Why a visit is cancelled.
CANCEL_CODES = (
    "patient_cancelled", "patient_ill", "no_transport", "clinic", "doctor_away", "weather",
    "booked_in_error", "other",
)  # fmt: skip


class Appointment(TenantOwned, Base):
    """A visit: one patient with one doctor, under one workflow and at most one plan."""

    __tablename__ = "appointments"
    __table_args__ = (
        belongs_to("patient_id", "patients", on_delete="CASCADE"),
        belongs_to("facility_id", "facilities", on_delete="CASCADE"),
        belongs_to("doctor_id", "doctors", on_delete="CASCADE"),
        belongs_to("service_offering_id", "service_offerings", on_delete="CASCADE"),
        belongs_to("availability_slot_id", "availability_slots", on_delete="SET NULL"),
        belongs_to("service_workflow_id", "service_workflows", on_delete="CASCADE"),
        belongs_to("insurance_plan_id", "insurance_plans", on_delete="SET NULL"),
        belongs_to("updated_by", "users", on_delete="SET NULL"),
        belongs_to("appointment_series_id", "appointment_series", on_delete="SET NULL"),
        CheckConstraint("start_at < end_at", name="times"),
        CheckConstraint("end_at - start_at <= interval '24 hours'", name="longest"),
        one_of(
            "status", "scheduled", "checked_in", "in_progress", "completed", "no_show", "cancelled"
        ),
        CheckConstraint("status <> 'cancelled' OR cancel_reason IS NOT NULL", name="cancel_reason"),
        one_of("cancel_code", *CANCEL_CODES),
        CheckConstraint("NOT overbooked OR overbook_reason IS NOT NULL", name="overbook_reason"),
        is_envelope("notes"),
        UniqueConstraint("tenant_id", "booking_key"),
        UniqueConstraint("tenant_id", "row_uid"),
        Index("ix_appointments_patient_id", "tenant_id", "patient_id"),
        Index("ix_appointments_doctor_id_start_at", "tenant_id", "doctor_id", "start_at"),
        Index("ix_appointments_facility_id_start_at", "tenant_id", "facility_id", "start_at"),
        Index("ix_appointments_availability_slot_id", "tenant_id", "availability_slot_id"),
        Index("ix_appointments_service_offering_id", "tenant_id", "service_offering_id"),
        Index("ix_appointments_service_workflow_id", "tenant_id", "service_workflow_id"),
        Index("ix_appointments_insurance_plan_id", "tenant_id", "insurance_plan_id"),
        Index(
            "ix_appointments_present",
            "tenant_id",
            "facility_id",
            postgresql_where=text("status IN ('checked_in', 'in_progress')"),
        ),
        Index(
            "ix_appointments_appointment_series_id",
            "tenant_id",
            "appointment_series_id",
            postgresql_where=text("appointment_series_id IS NOT NULL"),
        ),
    )

    row_uid: Mapped[UUID] = mapped_column(Uuid, default=uuid4)
    patient_id: Mapped[int] = mapped_column(BigInteger)
    facility_id: Mapped[int] = mapped_column(BigInteger)
    doctor_id: Mapped[int] = mapped_column(BigInteger)
    service_offering_id: Mapped[int] = mapped_column(BigInteger)
    availability_slot_id: Mapped[int | None] = mapped_column(BigInteger)
    service_workflow_id: Mapped[int] = mapped_column(BigInteger)
    insurance_plan_id: Mapped[int | None] = mapped_column(BigInteger)
    start_at: Mapped[datetime] = mapped_column(INSTANT)
    end_at: Mapped[datetime] = mapped_column(INSTANT)
    status: Mapped[str] = mapped_column(Text, server_default="scheduled")
    confirmed_at: Mapped[datetime | None] = mapped_column(INSTANT)
    checked_in_at: Mapped[datetime | None] = mapped_column(INSTANT)
    started_at: Mapped[datetime | None] = mapped_column(INSTANT)
    finished_at: Mapped[datetime | None] = mapped_column(INSTANT)
    cancel_reason: Mapped[str | None] = mapped_column(Text)
    overbooked: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    overbook_reason: Mapped[str | None] = mapped_column(Text)
    notes_envelope: Mapped[bytes | None] = mapped_column("notes", LargeBinary)
    language: Mapped[str | None] = mapped_column(String(10))
    locale: Mapped[str | None] = mapped_column(String(10))
    booking_key: Mapped[UUID | None] = mapped_column(Uuid)
    row_version: Mapped[int] = mapped_column(
        Integer, server_default=text("1"), server_onupdate=FetchedValue()
    )
    updated_by: Mapped[int | None] = mapped_column(BigInteger)
    appointment_series_id: Mapped[int | None] = mapped_column(BigInteger, sort_order=93)

    cancel_code: Mapped[str | None] = mapped_column(Text, sort_order=94)

    notes = Sealed("notes_envelope")


Appointment.__table__.append_constraint(  # type: ignore[attr-defined]
    ExcludeConstraint(
        (
            func.calendar_span(
                literal_column("patient_id"),
                literal_column("start_at"),
                literal_column("end_at"),
            ),
            "&&",
        ),
        ONE_TENANT,
        name="ex_appointments_patient",
        using="gist",
        where=text("status IN ('scheduled', 'checked_in', 'in_progress')"),
    )
)


class AppointmentSeries(TenantOwned, Base):
    """Visits that repeat every so many weeks; which ones, they say themselves.

    `skipped` are the dates that were left out when it was booked.
    """

    __tablename__ = "appointment_series"
    __table_args__ = (
        belongs_to("facility_id", "facilities", on_delete="CASCADE"),
        CheckConstraint("every_weeks BETWEEN 1 AND 52", name="every_weeks"),
        CheckConstraint("cardinality(skipped) <= 52", name="skipped"),
        UniqueConstraint("tenant_id", "booking_key"),
        Index("ix_appointment_series_facility_id", "tenant_id", "facility_id"),
    )

    facility_id: Mapped[int] = mapped_column(BigInteger)
    every_weeks: Mapped[int] = mapped_column(Integer)
    skipped: Mapped[list[date]] = mapped_column(ARRAY(Date), server_default=text("'{}'"))
    booking_key: Mapped[UUID] = mapped_column(Uuid)


class AppointmentStep(TenantOwned, Base):
    """One step of a visit, as it was planned; `replaced_at`: its plan was changed, it is none."""

    __tablename__ = "appointment_steps"
    __table_args__ = (
        belongs_to("appointment_id", "appointments", on_delete="CASCADE"),
        belongs_to("workflow_step_id", "workflow_steps", on_delete="CASCADE"),
        belongs_to("step_template_id", "step_templates", on_delete="CASCADE"),
        CheckConstraint("position >= 1", name="position"),
        CheckConstraint("scheduled_start_at < scheduled_end_at", name="times"),
        one_of("status", "scheduled", "in_progress", "completed", "no_show", "cancelled"),
        is_envelope("notes"),
        UniqueConstraint("tenant_id", "row_uid"),
        Index(
            "ix_appointment_steps_appointment_id_position",
            "tenant_id",
            "appointment_id",
            "position",
        ),
        Index("ix_appointment_steps_workflow_step_id", "tenant_id", "workflow_step_id"),
        Index("ix_appointment_steps_step_template_id", "tenant_id", "step_template_id"),
    )

    row_uid: Mapped[UUID] = mapped_column(Uuid, default=uuid4)
    appointment_id: Mapped[int] = mapped_column(BigInteger)
    workflow_step_id: Mapped[int] = mapped_column(BigInteger)
    step_template_id: Mapped[int] = mapped_column(BigInteger)
    position: Mapped[int] = mapped_column(Integer)
    scheduled_start_at: Mapped[datetime] = mapped_column(INSTANT)
    scheduled_end_at: Mapped[datetime] = mapped_column(INSTANT)
    started_at: Mapped[datetime | None] = mapped_column(INSTANT)
    finished_at: Mapped[datetime | None] = mapped_column(INSTANT)
    status: Mapped[str] = mapped_column(Text, server_default="scheduled")
    notes_envelope: Mapped[bytes | None] = mapped_column("notes", LargeBinary)
    location: Mapped[str | None] = mapped_column(String(255))
    replaced_at: Mapped[datetime | None] = mapped_column(INSTANT, sort_order=93)

    notes = Sealed("notes_envelope")

    @property
    def patient_id(self) -> int:
        """Whose visit this is a step of; asked when its notes are opened."""
        return patient_of(self.appointment_id)


def patient_of(appointment_id: int) -> int:
    """Whose visit it is."""
    visit = select(Appointment.patient_id).where(Appointment.id == appointment_id)
    return session.execute(visit).scalar_one()


class WaitlistEntry(Dated, TenantOwned, Base):
    """A patient's wish for a service; `waitlist_facilities` say where.

    `weekdays` has a bit for each, Sunday the first. It is over on the evening of `latest_on`.
    """

    __tablename__ = "waitlist_entries"
    __table_args__ = (
        belongs_to("patient_id", "patients", on_delete="CASCADE"),
        belongs_to("service_id", "services", on_delete="CASCADE"),
        belongs_to("doctor_id", "doctors", on_delete="CASCADE"),
        belongs_to("insurance_plan_id", "insurance_plans", on_delete="SET NULL"),
        belongs_to("appointment_id", "appointments", on_delete="SET NULL"),
        CheckConstraint("earliest_on <= latest_on", name="dates"),
        CheckConstraint("weekdays BETWEEN 1 AND 127", name="weekdays"),
        one_of("part_of_day", "any", "morning", "afternoon", "evening"),
        one_of("urgency", "urgent", "soon", "routine"),
        one_of("status", "waiting", "booked", "withdrawn"),
        CheckConstraint("status <> 'booked' OR appointment_id IS NOT NULL", name="booked"),
        is_envelope("notes"),
        UniqueConstraint("tenant_id", "row_uid"),
        UniqueConstraint("tenant_id", "entry_key"),
        Index("ix_waitlist_entries_patient_id", "tenant_id", "patient_id"),
        Index("ix_waitlist_entries_doctor_id", "tenant_id", "doctor_id"),
        Index("ix_waitlist_entries_insurance_plan_id", "tenant_id", "insurance_plan_id"),
        Index("ix_waitlist_entries_appointment_id", "tenant_id", "appointment_id"),
        Index(
            "ix_waitlist_entries_waiting",
            "tenant_id",
            "service_id",
            "latest_on",
            postgresql_where=text("status = 'waiting'"),
        ),
    )

    row_uid: Mapped[UUID] = mapped_column(Uuid, default=uuid4)
    patient_id: Mapped[int] = mapped_column(BigInteger)
    service_id: Mapped[int] = mapped_column(BigInteger)
    doctor_id: Mapped[int | None] = mapped_column(BigInteger)
    insurance_plan_id: Mapped[int | None] = mapped_column(BigInteger)
    earliest_on: Mapped[date] = mapped_column(Date)
    latest_on: Mapped[date] = mapped_column(Date)
    weekdays: Mapped[int] = mapped_column(Integer, server_default=text("127"))
    part_of_day: Mapped[str] = mapped_column(Text, server_default="any")
    urgency: Mapped[str] = mapped_column(Text, server_default="routine")
    notes_envelope: Mapped[bytes | None] = mapped_column("notes", LargeBinary)
    status: Mapped[str] = mapped_column(Text, server_default="waiting")
    appointment_id: Mapped[int | None] = mapped_column(BigInteger)
    entry_key: Mapped[UUID] = mapped_column(Uuid)

    notes = Sealed("notes_envelope")


class WaitlistFacility(TenantOwned, Base):
    """A facility at which somebody on the waitlist would come."""

    __tablename__ = "waitlist_facilities"
    __table_args__ = (
        belongs_to("waitlist_entry_id", "waitlist_entries", on_delete="CASCADE"),
        belongs_to("facility_id", "facilities", on_delete="CASCADE"),
        UniqueConstraint("tenant_id", "waitlist_entry_id", "facility_id"),
        Index("ix_waitlist_facilities_facility_id", "tenant_id", "facility_id"),
    )

    waitlist_entry_id: Mapped[int] = mapped_column(BigInteger)
    facility_id: Mapped[int] = mapped_column(BigInteger)
