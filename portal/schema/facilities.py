"""Facilities: the places where a clinic group sees patients."""

from typing import Any

from sqlalchemy import CheckConstraint, Index, String, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base
from portal.sorting import kept_sorted
from portal.tenancy.models import OBJECT, SoftDeleted, TenantOwned, json_object

LIVING = text("deleted_at IS NULL")


class Facility(SoftDeleted, TenantOwned, Base):
    """A place with its own time zone."""

    __tablename__ = "facilities"
    __table_args__ = (
        CheckConstraint("known_time_zone(timezone)", name="timezone"),
        CheckConstraint("slug ~ '^[a-z0-9-]{2,63}$'", name="slug"),
        json_object("meta"),
        Index(
            "ix_facilities_sort_name",
            "tenant_id",
            "sort_name",
            "id",
            postgresql_where=LIVING,
        ),
        Index("uq_facilities_name", "tenant_id", "name", unique=True, postgresql_where=LIVING),
        Index("uq_facilities_slug", "tenant_id", "slug", unique=True, postgresql_where=LIVING),
    )

    name: Mapped[str] = mapped_column(Text)
    sort_name: Mapped[str] = kept_sorted("name")
    slug: Mapped[str] = mapped_column(Text)
    address: Mapped[str | None] = mapped_column(Text)
    phone: Mapped[str | None] = mapped_column(String(50))
    timezone: Mapped[str] = mapped_column(Text)
    locale: Mapped[str | None] = mapped_column(String(10))
    meta: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=OBJECT)
