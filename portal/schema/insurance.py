"""Payers, their plans, and which facility accepts which plan from when to when."""

from datetime import date
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Date,
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
from portal.tenancy.models import OBJECT, TenantOwned, belongs_to, json_object, texts_to_reach


class InsuranceProvider(TenantOwned, Base):
    """A payer."""

    __tablename__ = "insurance_providers"
    __table_args__ = (
        Index("ix_insurance_providers_sort_name", "tenant_id", "sort_name", "id"),
        UniqueConstraint("tenant_id", "name"),
        CheckConstraint("website ~ '^https?://[^[:space:]/]'", name="website"),
        json_object("contact"),
        texts_to_reach("contact"),
        json_object("meta"),
    )

    name: Mapped[str] = mapped_column(Text)
    sort_name: Mapped[str] = kept_sorted("name")
    website: Mapped[str | None] = mapped_column(Text)
    contact: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=OBJECT)
    meta: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=OBJECT)


class InsurancePlan(TenantOwned, Base):
    """A plan of a payer; open-ended where a date is missing."""

    __tablename__ = "insurance_plans"
    __table_args__ = (
        belongs_to("insurance_provider_id", "insurance_providers", on_delete="CASCADE"),
        UniqueConstraint("tenant_id", "insurance_provider_id", "plan_code"),
        CheckConstraint("effective_from <= effective_to", name="effective_dates"),
        json_object("meta"),
        Index("ix_insurance_plans_sort_name", "tenant_id", "sort_name", "id"),
    )

    insurance_provider_id: Mapped[int] = mapped_column(BigInteger)
    plan_code: Mapped[str] = mapped_column(String(100))
    name: Mapped[str] = mapped_column(Text)
    sort_name: Mapped[str] = kept_sorted("name")
    effective_from: Mapped[date | None] = mapped_column(Date)
    effective_to: Mapped[date | None] = mapped_column(Date)
    meta: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=OBJECT)


class FacilityInsurancePlan(TenantOwned, Base):
    """A facility's acceptance of a plan."""

    __tablename__ = "facility_insurance_plans"
    __table_args__ = (
        belongs_to("facility_id", "facilities", on_delete="CASCADE"),
        belongs_to("insurance_plan_id", "insurance_plans", on_delete="CASCADE"),
        UniqueConstraint("tenant_id", "facility_id", "insurance_plan_id"),
        CheckConstraint("accepted_since <= accepted_until", name="accepted_dates"),
        Index("ix_facility_insurance_plans_insurance_plan_id", "tenant_id", "insurance_plan_id"),
    )

    facility_id: Mapped[int] = mapped_column(BigInteger)
    insurance_plan_id: Mapped[int] = mapped_column(BigInteger)
    enabled: Mapped[bool] = mapped_column(Boolean, server_default=text("true"))
    notes: Mapped[str | None] = mapped_column(Text)
    accepted_since: Mapped[date | None] = mapped_column(Date)
    accepted_until: Mapped[date | None] = mapped_column(Date)
