"""People who sign in, their sessions, and the one-time links that let them in."""

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
    String,
    Text,
    UniqueConstraint,
    Uuid,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base
from portal.phi.columns import is_envelope
from portal.phi.sealed import Sealed
from portal.sorting import kept_sorted
from portal.tenancy.models import TenantOwned, belongs_to, one_of

ROLES = ("owner", "admin", "front_desk", "clinician", "auditor")


class User(TenantOwned, Base):
    """A member of a clinic's staff."""

    __tablename__ = "users"
    __table_args__ = (
        one_of("role", *ROLES),
        one_of("status", "invited", "active", "disabled"),
        CheckConstraint(
            "status <> 'active' OR password_hash IS NOT NULL", name="active_has_password"
        ),
        Index("ix_users_sort_name", "tenant_id", "sort_name", "id"),
    )

    email: Mapped[str] = mapped_column(String(254))
    name: Mapped[str] = mapped_column(Text)
    sort_name: Mapped[str] = kept_sorted("name")
    # The web role may not read it: `find_user` tells it, for a proof.
    password_hash: Mapped[str | None] = mapped_column(Text, deferred=True)
    role: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(Text, server_default="invited")
    locale: Mapped[str | None] = mapped_column(String(10))
    last_seen_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


Index("uq_users_email", User.tenant_id, func.lower(User.email), unique=True)


class UserSession(TenantOwned, Base):
    """A signed-in browser. The cookie's token is kept as its SHA-256 only."""

    __tablename__ = "user_sessions"
    __table_args__ = (
        belongs_to("user_id", "users", on_delete="CASCADE"),
        UniqueConstraint("token_hash", name="uq_user_sessions_token_hash"),
        CheckConstraint("octet_length(token_hash) = 32", name="token_hash"),
        CheckConstraint("idle_seconds BETWEEN 60 AND 86400", name="idle_seconds"),
        CheckConstraint("jsonb_typeof(messages) = 'array'", name="messages"),
        CheckConstraint("octet_length(messages::text) <= 100000", name="messages_length"),
        Index("ix_user_sessions_user_id", "tenant_id", "user_id"),
    )

    user_id: Mapped[int] = mapped_column(BigInteger)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary)
    last_seen_at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), server_default=text("now()")
    )
    idle_seconds: Mapped[int] = mapped_column(Integer)
    expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    second_factor_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    proven_at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), server_default=text("now()")
    )
    revoked_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    ip: Mapped[str | None] = mapped_column(Text)
    user_agent: Mapped[str | None] = mapped_column(Text)
    challenge: Mapped[bytes | None] = mapped_column(LargeBinary)
    challenge_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    messages: Mapped[list[Any]] = mapped_column(JSONB, server_default=text("'[]'::jsonb"))


class FormSubmission(TenantOwned, Base):
    """A form that was sent and done: a key once, the HMAC of what it said, where it led.

    `message` is the message of what it did, which names no patient but by id.
    """

    __tablename__ = "form_submissions"
    __table_args__ = (
        belongs_to("user_id", "users", on_delete="CASCADE"),
        UniqueConstraint("tenant_id", "key"),
        CheckConstraint("octet_length(digest) = 32", name="digest"),
        Index("ix_form_submissions_created_at", "tenant_id", "created_at"),
        Index("ix_form_submissions_user_id", "tenant_id", "user_id"),
    )

    key: Mapped[UUID] = mapped_column(Uuid)
    user_id: Mapped[int] = mapped_column(BigInteger)
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    location: Mapped[str | None] = mapped_column(Text)
    message: Mapped[dict[str, Any] | None] = mapped_column("said", JSONB)


class UserLink(TenantOwned, Base):
    """A one-time link by which an invited person sets a password."""

    __tablename__ = "user_links"
    __table_args__ = (
        belongs_to("user_id", "users", on_delete="CASCADE"),
        one_of("purpose", "invitation", "reset"),
        UniqueConstraint("token_hash", name="uq_user_links_token_hash"),
        CheckConstraint("octet_length(token_hash) = 32", name="token_hash"),
        Index("ix_user_links_user_id", "tenant_id", "user_id"),
    )

    user_id: Mapped[int] = mapped_column(BigInteger)
    purpose: Mapped[str] = mapped_column(Text)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary)
    expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    used_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class UserFactor(TenantOwned, Base):
    """A person's authenticator: the secret that both sides know, and the last step it was used."""

    __tablename__ = "user_factors"
    __table_args__ = (
        belongs_to("user_id", "users", on_delete="CASCADE"),
        is_envelope("secret"),
        UniqueConstraint("tenant_id", "user_id"),
        UniqueConstraint("tenant_id", "row_uid"),
    )

    row_uid: Mapped[UUID] = mapped_column(Uuid, default=uuid4)
    user_id: Mapped[int] = mapped_column(BigInteger)
    secret_envelope: Mapped[bytes] = mapped_column("secret", LargeBinary)
    last_step: Mapped[int] = mapped_column(BigInteger)

    secret = Sealed("secret_envelope", patient=None)


class Passkey(TenantOwned, Base):
    """A key pair on one of a person's devices, of which this is the public half (WebAuthn)."""

    __tablename__ = "passkeys"
    __table_args__ = (
        belongs_to("user_id", "users", on_delete="CASCADE"),
        CheckConstraint("octet_length(credential_id) BETWEEN 1 AND 1023", name="credential_id"),
        UniqueConstraint("tenant_id", "credential_id"),
        Index("ix_passkeys_user_id", "tenant_id", "user_id"),
    )

    user_id: Mapped[int] = mapped_column(BigInteger)
    name: Mapped[str] = mapped_column(String(60))
    credential_id: Mapped[bytes] = mapped_column(LargeBinary)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    sign_count: Mapped[int] = mapped_column(BigInteger)
    last_used_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class RecoveryCode(TenantOwned, Base):
    """One of the codes that stand in, once each, for an authenticator that is lost."""

    __tablename__ = "recovery_codes"
    __table_args__ = (
        belongs_to("user_id", "users", on_delete="CASCADE"),
        CheckConstraint("octet_length(code_hash) = 32", name="code_hash"),
        UniqueConstraint("tenant_id", "user_id", "code_hash"),
    )

    user_id: Mapped[int] = mapped_column(BigInteger)
    code_hash: Mapped[bytes] = mapped_column(LargeBinary)
    used_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class SignInTries(Base):
    """How often an account or an address was tried; no tenant's, and the gate's alone to read."""

    __tablename__ = "sign_in_tries"
    __table_args__ = (
        CheckConstraint("octet_length(subject) = 32", name="subject"),
        Index("ix_sign_in_tries_tried_at", "tried_at"),
    )

    subject: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    tries: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    tried_at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), server_default=text("now()")
    )
    open_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=text("now()"))
