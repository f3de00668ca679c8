"""Exports and what they are made of, sealed and forgotten after a day."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    Index,
    Integer,
    LargeBinary,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base
from portal.phi.columns import is_envelope
from portal.phi.sealed import BYTES, Sealed
from portal.tenancy.models import OBJECT, TenantOwned, belongs_to, json_object, one_of

OPEN = ("waiting", "making")


class Export(TenantOwned, Base):
    """An export that somebody asked for, and its state. `params` names patients by number only.

    `row_uid` is the form's key: one export for each.
    """

    __tablename__ = "exports"
    __table_args__ = (
        belongs_to("asked_by", "users", on_delete="RESTRICT"),
        CheckConstraint("kind ~ '^[a-z_]{1,40}$'", name="kind"),
        one_of("format", "csv", "xlsx"),
        one_of("status", *OPEN, "ready", "failed", "discarded", "expired"),
        json_object("asked"),
        CheckConstraint("tries >= 0 AND rows >= 0", name="counts"),
        CheckConstraint("(status = 'failed') = (failure IS NOT NULL)", name="failure_said"),
        CheckConstraint(
            "(status IN ('waiting', 'making')) = (ended_at IS NULL)", name="ended_once"
        ),
        UniqueConstraint("tenant_id", "row_uid"),
        Index("ix_exports_asked_by", "tenant_id", "asked_by"),
        Index(
            "ix_exports_unfinished",
            "tenant_id",
            "id",
            postgresql_where=text("status IN ('waiting', 'making')"),
        ),
    )

    row_uid: Mapped[UUID] = mapped_column(Uuid, default=uuid4)
    asked_by: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[str] = mapped_column(Text)
    format: Mapped[str] = mapped_column(Text)
    params: Mapped[dict[str, Any]] = mapped_column("asked", JSONB, server_default=OBJECT)
    status: Mapped[str] = mapped_column(Text, server_default="waiting")
    rows: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    tries: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    failure: Mapped[str | None] = mapped_column(Text)
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class ExportPart(TenantOwned, Base):
    """Some rows of an export that is being made, or a piece of the file that came of them.

    `after` is where the rows of the next part begin.
    """

    __tablename__ = "export_parts"
    __table_args__ = (
        belongs_to("export_id", "exports", on_delete="CASCADE"),
        is_envelope("content"),
        UniqueConstraint("tenant_id", "export_id", "number"),
        UniqueConstraint("tenant_id", "row_uid"),
    )

    row_uid: Mapped[UUID] = mapped_column(Uuid, default=uuid4)
    export_id: Mapped[int] = mapped_column(BigInteger)
    number: Mapped[int] = mapped_column(Integer)
    after: Mapped[str | None] = mapped_column(Text)
    content_envelope: Mapped[bytes] = mapped_column("content", LargeBinary)

    content = Sealed("content_envelope", BYTES, patient=None)
