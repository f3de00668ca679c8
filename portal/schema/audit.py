"""The audit log: what anyone saw or did, by month, for reading only."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    LargeBinary,
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
        Index("ix_user_action_audit_log_xid", "tenant_id", "xid"),
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


class AuditSeal(Base):
    """One link of the signed chain over every clinic's entries (docs/adr/0010-audit-seals.md)."""

    __tablename__ = "audit_seals"
    __table_args__ = (one_of("kind", "epoch", "minute", "purge"),)

    number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    epoch: Mapped[int]
    kind: Mapped[str] = mapped_column(Text)
    sealed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    from_xid: Mapped[str] = mapped_column(XID8)
    until_xid: Mapped[str] = mapped_column(XID8)
    next_xid: Mapped[str] = mapped_column(XID8)
    first_id: Mapped[int] = mapped_column(BigInteger)
    last_id: Mapped[int] = mapped_column(BigInteger)
    entries: Mapped[int] = mapped_column(BigInteger)
    root: Mapped[bytes] = mapped_column(LargeBinary)
    previous: Mapped[bytes] = mapped_column(LargeBinary)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    about: Mapped[str] = mapped_column(Text, server_default="")
    signature: Mapped[bytes] = mapped_column(LargeBinary)


class AuditSealPart(Base):
    """One clinic's entries under one seal: the root over them, and the list it was made from."""

    __tablename__ = "audit_seal_parts"

    tenant_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("tenants.id"), primary_key=True, autoincrement=False
    )
    seal: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    entries: Mapped[int] = mapped_column(BigInteger)
    root: Mapped[bytes] = mapped_column(LargeBinary)
    items: Mapped[bytes] = mapped_column(LargeBinary)


class AuditVerification(Base):
    """The outcome of one verification of the whole log."""

    __tablename__ = "audit_verifications"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    verified_at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), server_default=text("now()")
    )
    holds: Mapped[bool] = mapped_column(Boolean)
    seals: Mapped[int] = mapped_column(BigInteger)
    entries: Mapped[int] = mapped_column(BigInteger)
    found: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
