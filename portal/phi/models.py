"""The wrapped data and index keys of each tenant."""

from datetime import datetime

from sqlalchemy import (
    Boolean,
    DateTime,
    Index,
    Integer,
    LargeBinary,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base
from portal.tenancy.models import TenantOwned, one_of


class TenantKey(TenantOwned, Base):
    """One version of a tenant's key, wrapped by the key-encryption key."""

    __tablename__ = "tenant_keys"
    __table_args__ = (
        one_of("purpose", "data", "index"),
        UniqueConstraint("tenant_id", "purpose", "version"),
        Index(
            "uq_tenant_keys_active",
            "tenant_id",
            "purpose",
            unique=True,
            postgresql_where=text("active"),
        ),
    )

    purpose: Mapped[str] = mapped_column(Text)
    version: Mapped[int] = mapped_column(Integer)
    wrapped_key: Mapped[bytes] = mapped_column(LargeBinary)
    active: Mapped[bool] = mapped_column(Boolean, server_default=text("true"))
    retired_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
