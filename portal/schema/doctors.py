"""Doctors and their places at facilities."""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Index,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base
from portal.sorting import kept_sorted
from portal.tenancy.models import (
    OBJECT,
    SoftDeleted,
    TenantOwned,
    belongs_to,
    json_object,
    texts_to_reach,
)

LIVING = text("deleted_at IS NULL")


class Doctor(SoftDeleted, TenantOwned, Base):
    """Someone patients are booked with."""

    __tablename__ = "doctors"
    __table_args__ = (
        CheckConstraint("npi ~ '^[0-9]{10}$'", name="npi"),
        json_object("contact"),
        texts_to_reach("contact"),
        Index("uq_doctors_npi", "tenant_id", "npi", unique=True, postgresql_where=LIVING),
        Index(
            "ix_doctors_sort_name",
            "tenant_id",
            "sort_last_name",
            "sort_first_name",
            "id",
            postgresql_where=LIVING,
        ),
    )

    first_name: Mapped[str] = mapped_column(Text)
    sort_first_name: Mapped[str] = kept_sorted("first_name")
    last_name: Mapped[str] = mapped_column(Text)
    sort_last_name: Mapped[str] = kept_sorted("last_name")
    display_name: Mapped[str] = mapped_column(Text)
    npi: Mapped[str | None] = mapped_column(String(10))
    specialty: Mapped[str | None] = mapped_column(Text)
    profile: Mapped[str | None] = mapped_column(Text)
    contact: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=OBJECT)


class FacilityDoctor(TenantOwned, Base):
    """A doctor's place at a facility."""

    __tablename__ = "facility_doctors"
    __table_args__ = (
        belongs_to("facility_id", "facilities", on_delete="RESTRICT"),
        belongs_to("doctor_id", "doctors", on_delete="RESTRICT"),
        UniqueConstraint("tenant_id", "facility_id", "doctor_id"),
        Index("ix_facility_doctors_doctor_id", "tenant_id", "doctor_id"),
    )

    facility_id: Mapped[int] = mapped_column(BigInteger)
    doctor_id: Mapped[int] = mapped_column(BigInteger)
    role: Mapped[str | None] = mapped_column(String(100))
    active: Mapped[bool] = mapped_column(Boolean, server_default=text("true"))
