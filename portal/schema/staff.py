"""Which facilities a member of staff works at, and resets of a second factor."""

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    Index,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base
from portal.tenancy.models import TenantOwned, belongs_to


class UserFacility(TenantOwned, Base):
    """One facility that a user is limited to. No row means every facility."""

    __tablename__ = "user_facilities"
    __table_args__ = (
        belongs_to("user_id", "users", on_delete="CASCADE"),
        belongs_to("facility_id", "facilities", on_delete="CASCADE"),
        UniqueConstraint("tenant_id", "user_id", "facility_id"),
        Index("ix_user_facilities_facility_id", "tenant_id", "facility_id"),
    )

    user_id: Mapped[int] = mapped_column(BigInteger)
    facility_id: Mapped[int] = mapped_column(BigInteger)


class FactorReset(TenantOwned, Base):
    """That somebody's second factor be taken away: asked by one, approved by another.

    Nobody asked, and nobody approved, what the operator did by command.
    """

    __tablename__ = "factor_resets"
    __table_args__ = (
        belongs_to("user_id", "users", on_delete="RESTRICT"),
        belongs_to("asked_by", "users", on_delete="RESTRICT"),
        belongs_to("approved_by", "users", on_delete="RESTRICT"),
        CheckConstraint("asked_by <> user_id", name="asked_by"),
        CheckConstraint("approved_by <> asked_by AND approved_by <> user_id", name="approved_by"),
        CheckConstraint("approved_by IS NULL OR asked_by IS NOT NULL", name="asked_first"),
        CheckConstraint("approved_by IS NULL OR ended_at IS NOT NULL", name="ended_at"),
        Index(
            "uq_factor_resets_user_id",
            "tenant_id",
            "user_id",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index("ix_factor_resets_user_id", "tenant_id", "user_id"),
        Index("ix_factor_resets_asked_by", "tenant_id", "asked_by"),
        Index("ix_factor_resets_approved_by", "tenant_id", "approved_by"),
    )

    user_id: Mapped[int] = mapped_column(BigInteger)
    asked_by: Mapped[int | None] = mapped_column(BigInteger)
    reason: Mapped[str] = mapped_column(String(300))
    expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    approved_by: Mapped[int | None] = mapped_column(BigInteger)
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
