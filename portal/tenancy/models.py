"""Tenants, and what every tenant-owned table has in common."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    Double,
    FetchedValue,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    LargeBinary,
    String,
    Text,
    func,
    literal_column,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from portal import clock
from portal.db import Base

NOW = text("now()")
OBJECT = text("'{}'::jsonb")
# In every exclusion constraint: without it, pointing a row at another clinic's doctor would tell
# from the error (it comes before the foreign key's) when that doctor is taken.
ONE_TENANT = (
    func.int8range(literal_column("tenant_id"), literal_column("tenant_id"), text("'[]'")),
    "&&",
)


class Stamped:
    """When a row was made and last changed; a trigger keeps `updated_at`."""

    created_at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), server_default=NOW, sort_order=90
    )
    updated_at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), server_default=NOW, server_onupdate=FetchedValue(), sort_order=91
    )


class Dated:
    """Of a row whose making people read beside the day's work: made by the clinic's clock.

    The server's `now()` is another day's in a demonstration.
    """

    created_at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), default=clock.now, server_default=NOW, sort_order=90
    )


class TenantOwned(Stamped):
    """A row of one clinic group: keyed by tenant and id, kept apart by row security."""

    tenant_id: Mapped[int] = mapped_column(
        BigInteger,
        ForeignKey("tenants.id"),
        primary_key=True,
        server_default=text("current_tenant()"),
        sort_order=-2,
    )
    id: Mapped[int] = mapped_column(
        BigInteger,
        Identity(always=True),
        primary_key=True,
        # What tells rows of one statement apart: without it, each would be a statement of its own.
        insert_sentinel=True,
        sort_order=-1,
    )


class SoftDeleted:
    """Living rows have no `deleted_at`; nothing is ever erased."""

    deleted_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True), sort_order=92)


def belongs_to(column: str, table: str, *, on_delete: str) -> ForeignKeyConstraint:
    """A composite foreign key, so that a row can never point into another tenant.

    Args:
        column: the referring column, e.g. `facility_id`.
        table: the table it points to.
        on_delete: `CASCADE`, `RESTRICT` or `SET NULL`; the last names the column, so that
            `tenant_id` stays.
    """
    action = f"SET NULL ({column})" if on_delete == "SET NULL" else on_delete
    return ForeignKeyConstraint(
        ["tenant_id", column], [f"{table}.tenant_id", f"{table}.id"], ondelete=action
    )


def one_of(column: str, *values: str) -> CheckConstraint:
    """A named CHECK for an enumeration kept as text."""
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


def json_object(column: str) -> CheckConstraint:
    """A named CHECK that a jsonb column holds an object."""
    return CheckConstraint(f"jsonb_typeof({column}) = 'object'", name=column)


def texts_to_reach(column: str) -> CheckConstraint:
    """A named CHECK that the telephone number and the e-mail address in a column are texts."""
    return CheckConstraint(
        f"jsonb_typeof({column} -> 'phone') IN ('string', 'null')"
        f" AND jsonb_typeof({column} -> 'email') IN ('string', 'null')",
        name="reached",
    )


class Tenant(Stamped, Base):
    """A clinic group."""

    __tablename__ = "tenants"
    __table_args__ = (
        CheckConstraint("slug ~ '^[a-z0-9-]{2,63}$'", name="slug"),
        one_of("status", "active", "suspended", "closed"),
        CheckConstraint("known_time_zone(timezone)", name="timezone"),
        json_object("settings"),
    )

    id: Mapped[int] = mapped_column(
        BigInteger, Identity(always=True), primary_key=True, sort_order=-1
    )
    name: Mapped[str] = mapped_column(Text)
    slug: Mapped[str] = mapped_column(Text, unique=True)
    status: Mapped[str] = mapped_column(Text, server_default="active")
    timezone: Mapped[str] = mapped_column(Text)
    locale: Mapped[str] = mapped_column(String(10), server_default="en")
    settings: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=OBJECT)


class ContextKey(Base):
    """The keys that sign a transaction's context and check the web process's proofs.

    Readable by the owner of the functions that use them alone.
    """

    __tablename__ = "context_keys"
    __table_args__ = (
        one_of("purpose", "context", "process"),
        CheckConstraint(
            "octet_length(inner_block) = 64 AND octet_length(outer_block) = 64", name="blocks"
        ),
    )

    purpose: Mapped[str] = mapped_column(Text, primary_key=True)
    inner_block: Mapped[bytes] = mapped_column(LargeBinary)
    outer_block: Mapped[bytes] = mapped_column(LargeBinary)


class WorkerHeartbeat(Base):
    """When a background job last ran, how long it took, and when it failed if it did.

    While it is at work, `due_by` says when it should be done.
    """

    __tablename__ = "worker_heartbeats"

    job: Mapped[str] = mapped_column(Text, primary_key=True)
    beat_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    seconds: Mapped[float] = mapped_column(Double)
    failed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    due_by: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
