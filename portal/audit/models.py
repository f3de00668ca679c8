"""The audit log: what anyone saw or did, by month, for reading only."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    DateTime,
    ForeignKey,
    Index,
    PrimaryKeyConstraint,
    Sequence,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql.base import PGDialect
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import UserDefinedType

from portal.db import Base
from portal.tenancy.models import one_of


class XID8(UserDefinedType[str]):
    """PostgreSQL's 64-bit transaction id."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        """The type's name in DDL."""
        return "XID8"


PGDialect.ischema_names["xid8"] = XID8


class AuditEntry(Base):
    """One thing that was done or seen. Written by the database's own functions only."""

    __tablename__ = "user_action_audit_log"
    __table_args__ = (
        PrimaryKeyConstraint("tenant_id", "occurred_at", "id"),
        one_of("outcome", "done", "refused", "failed"),
        Index(
            "ix_user_action_audit_log_record", "tenant_id", "table_name", "record_id", "occurred_at"
        ),
        Index(
            "ix_user_action_audit_log_user_id_occurred_at", "tenant_id", "user_id", "occurred_at"
        ),
        Index(
            "ix_user_action_audit_log_patient_id_occurred_at",
            "tenant_id",
            "patient_id",
            "occurred_at",
            postgresql_where=text("patient_id IS NOT NULL"),
        ),
        Index("ix_user_action_audit_log_xid", "xid"),
        {"postgresql_partition_by": "RANGE (occurred_at)"},
    )

    id: Mapped[int] = mapped_column(BigInteger, Sequence("user_action_audit_log_id_seq"))
    xid: Mapped[str] = mapped_column(XID8, server_default=text("pg_current_xact_id()"))
    tenant_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("tenants.id"))
    occurred_at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), server_default=text("clock_timestamp()")
    )
    user_id: Mapped[int | None] = mapped_column(BigInteger)
    actor: Mapped[str] = mapped_column(Text)
    session_id: Mapped[int | None] = mapped_column(BigInteger)
    request_id: Mapped[UUID | None] = mapped_column(Uuid)
    action_type: Mapped[str] = mapped_column(Text)
    table_name: Mapped[str | None] = mapped_column(Text)
    record_id: Mapped[int | None] = mapped_column(BigInteger)
    patient_id: Mapped[int | None] = mapped_column(BigInteger)
    old_values: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    new_values: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    outcome: Mapped[str] = mapped_column(Text, server_default="done")
    reason: Mapped[str | None] = mapped_column(Text)
    ip: Mapped[str | None] = mapped_column(Text)
    user_agent: Mapped[str | None] = mapped_column(Text)
