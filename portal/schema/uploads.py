"""Files that wait for their import, and what became of them."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    Index,
    LargeBinary,
    Text,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base
from portal.phi.columns import is_envelope
from portal.phi.sealed import BYTES, Sealed
from portal.tenancy.models import OBJECT, TenantOwned, belongs_to, json_object, one_of


class Upload(TenantOwned, Base):
    """A file that somebody brought, sealed until it is imported; `report` is what came of it."""

    __tablename__ = "uploads"
    __table_args__ = (
        belongs_to("uploaded_by", "users", on_delete="RESTRICT"),
        one_of("kind", "doctors", "plans", "services", "patients", "rules"),
        one_of("status", "waiting", "imported", "discarded", "expired"),
        CheckConstraint(
            "(status = 'waiting') = (content IS NOT NULL)", name="content_while_waiting"
        ),
        is_envelope("file_name"),
        is_envelope("content"),
        json_object("report"),
        UniqueConstraint("tenant_id", "row_uid"),
        Index("ix_uploads_created_at", "tenant_id", "created_at"),
        Index("ix_uploads_uploaded_by", "tenant_id", "uploaded_by"),
    )

    row_uid: Mapped[UUID] = mapped_column(Uuid, default=uuid4)
    uploaded_by: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(Text, server_default="waiting")
    file_name_envelope: Mapped[bytes] = mapped_column("file_name", LargeBinary)
    content_envelope: Mapped[bytes | None] = mapped_column("content", LargeBinary)
    report: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=OBJECT)
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    file_name = Sealed("file_name_envelope", patient=None)
    content = Sealed("content_envelope", BYTES, patient=None)
