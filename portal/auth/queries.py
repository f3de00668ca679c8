"""Who is signing in: the few questions that are asked before a tenant is known.

Each carries a proof that this process asks, so that a statement smuggled into the database
connection cannot ask them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select, text

from portal.auth.proofs import proven
from portal.db import session
from portal.errors import NotFound
from portal.schema.accounts import Passkey, RecoveryCode, User, UserFactor, UserSession
from portal.tenancy.context import request_context
from portal.tenancy.models import Tenant

IDLE_ENDS = UserSession.last_seen_at + func.make_interval(
    0, 0, 0, 0, 0, 0, UserSession.idle_seconds
)


@dataclass(frozen=True)
class Account:
    """A person, as far as sign-in needs them."""

    tenant_id: int
    user_id: int
    user_status: str
    tenant_status: str
    password_hash: str | None
    role: str
    name: str
    settings: dict[str, Any]

    @property
    def may_sign_in(self) -> bool:
        """Whether the person and the clinic are both active."""
        return self.user_status == "active" and self.tenant_status == "active"


@dataclass(frozen=True)
class OneTimeLink:
    """An unused one-time link and whom it lets in."""

    link_id: int
    tenant_id: int
    user_id: int
    purpose: str
    email: str
    name: str
    tenant_slug: str
    tenant_name: str


def find_account(clinic: str, email: str) -> Account | None:
    """The account with this e-mail at the clinic with this slug, whatever its status."""
    row = session.execute(
        text("SELECT * FROM find_user(:clinic, :email, :expires, :proof)"),
        {"clinic": clinic, "email": email, **proven("find_user", clinic, email)},
    ).one_or_none()
    return Account(**row._mapping) if row else None


def my_password_hash() -> str | None:
    """The stored hash of the password of whoever is signed in."""
    mine = request_context()
    account = find_account(mine.tenant_slug, mine.email or "")
    return account.password_hash if account else None


def has_password(user: User) -> bool:
    """Whether a member of staff has chosen a password."""
    account = find_account(request_context().tenant_slug, user.email)
    return account is not None and account.password_hash is not None


def find_link(token_hash: bytes) -> OneTimeLink | None:
    """The unused, unexpired link with this token."""
    row = session.execute(
        text("SELECT * FROM find_link(:token_hash, :expires, :proof)"),
        {"token_hash": token_hash, **proven("find_link", token_hash.hex())},
    ).one_or_none()
    return OneTimeLink(**row._mapping) if row else None


def get_user(user_id: int) -> User:
    """A member of staff. Raises NotFound."""
    found = session.scalar(select(User).where(User.id == user_id))
    if found is None:
        raise NotFound
    return found


def find_name(user_id: int) -> str | None:
    """The name of a member of this clinic's staff; None of anybody else."""
    return session.scalar(select(User.name).where(User.id == user_id))


def find_factor(user_id: int) -> UserFactor | None:
    """A person's authenticator, if they have one."""
    return session.scalar(select(UserFactor).where(UserFactor.user_id == user_id))


def list_passkeys(user_id: int, *, limit: int = 20) -> Sequence[Passkey]:
    """A person's passkeys, the oldest first."""
    mine = select(Passkey).where(Passkey.user_id == user_id).order_by(Passkey.id)
    return session.scalars(mine.limit(limit)).all()


def count_recovery_codes(user_id: int) -> int:
    """How many of a person's recovery codes are still good."""
    unused = select(func.count()).select_from(RecoveryCode).where(
        RecoveryCode.user_id == user_id, RecoveryCode.used_at.is_(None)
    )  # fmt: skip
    return session.execute(unused).scalar_one()


def list_sessions(user_id: int, *, limit: int = 50) -> Sequence[Any]:
    """A person's live sessions, the last used first."""
    found = (
        select(UserSession.id, UserSession.created_at, UserSession.last_seen_at,
               UserSession.ip, UserSession.user_agent)
        .where(UserSession.user_id == user_id, UserSession.revoked_at.is_(None),
               UserSession.expires_at > func.now(), func.now() < IDLE_ENDS)
        .order_by(UserSession.last_seen_at.desc(), UserSession.id.desc())
        .limit(limit)
    )  # fmt: skip
    return session.execute(found).all()


def ends_for_good(session_id: int | None) -> bool:
    """Whether a session's absolute end comes before its idle one."""
    last = select(UserSession.expires_at <= IDLE_ENDS).where(UserSession.id == session_id)
    return bool(session.scalar(last))


def language_of(email: str) -> str:
    """The language in which a member of staff is written to: their own, else the clinic's."""
    spoken = select(func.coalesce(User.locale, Tenant.locale)).join(
        Tenant, Tenant.id == User.tenant_id
    )
    return session.scalars(spoken.where(func.lower(User.email) == email.lower())).one()
