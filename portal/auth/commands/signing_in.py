"""Signing in and out, and setting a password by a one-time link."""

from datetime import datetime

from sqlalchemy import func, select, text, update

from portal.audit.notes import note
from portal.auth import guessable, passwords, queries, rules, throttling
from portal.auth.commands.sessions import (
    PasswordWrong,
    end_sessions,
    my_id,
    renewed_session,
)
from portal.auth.proofs import proven
from portal.auth.vouching import vouch
from portal.db import session, state
from portal.errors import N_, DomainError
from portal.schema.accounts import UserLink, UserSession
from portal.state import Asker
from portal.tenancy.context import describe_request, enter_session, request_context


class SignInRefused(DomainError):
    """Something was wrong; which part is nobody's business."""

    message = N_("Clinic, e-mail and password do not match. Check all three and try again.")


class PasswordTooShort(DomainError):
    """The password is not between 12 and 128 characters long."""

    field = "password"
    message = N_("Use at least %(least)s characters, and at most %(most)s.")


class PasswordCommon(DomainError):
    """The password is among those that are tried first."""

    field = "password"
    message = N_("Many people use this password or one like it. Choose another.")


class PasswordNamesSomebody(DomainError):
    """The clinic's name or the person's e-mail is in the password."""

    field = "password"
    message = N_("Leave the clinic's name and your e-mail address out of the password.")


class LinkSpent(DomainError):
    """The one-time link was used, has expired, or never existed."""

    message = N_("This link has been used or has expired. Ask your administrator for a new one.")
    status = 404


def sign_in(clinic: str, email: str, password: str, *, bucket: bytes) -> str:
    """Start a session and enter it.

    Args:
        bucket: under what this try was counted; it is forgotten when it was right.

    Returns:
        The token for the cookie; the database keeps its hash only.

    Raises:
        SignInRefused: no such clinic or account, a wrong password, or not active. Each takes the
            same work.
    """
    account = queries.find_account(clinic, email)
    right = passwords.matches(account.password_hash if account else None, password)
    if account is None or not right or not account.may_sign_in:
        raise SignInRefused
    throttling.forget_tries(bucket)
    token = _start_session(account.tenant_id, account.user_id, rules.idle_seconds(account.settings))
    enter_session(rules.hash_of(token))
    if passwords.outdated(account.password_hash or ""):
        queries.get_user(account.user_id).password_hash = passwords.hashed(password)
    note("sign-in", table="users", record=account.user_id)
    return token


def note_failed_sign_in(clinic: str, email: str) -> None:
    """Record a failure in the named clinic's log, when there is such a clinic."""
    describe_request()
    session.execute(
        text("SELECT audit_sign_in_failed(:clinic, :email, :expires, :proof)"),
        {"clinic": clinic, "email": email, **proven("audit_sign_in_failed", clinic, email)},
    )


def sign_out() -> None:
    """End the session of this request at once."""
    mine = request_context()
    vouch("user_sessions", "UPDATE", {"user_id": mine.user_id})
    session.execute(
        update(UserSession).where(UserSession.id == mine.session_id).values(revoked_at=func.now())
    )
    note("sign-out", table="users", record=mine.user_id)


def keep_session(messages: list[dict[str, object]], *, touch: bool) -> datetime | None:
    """Keep what has not been shown yet on the session's row, and that it was used.

    Returns:
        When it ends unless it is used again.
    """
    touched = {"last_seen_at": func.now()} if touch else {}
    kept = update(UserSession).where(UserSession.id == request_context().session_id)
    ends = func.least(UserSession.expires_at, queries.IDLE_ENDS)
    until: datetime | None = session.scalar(
        kept.values(messages=messages, **touched).returning(ends)
    )
    return until


def set_password(token: str, password: str) -> str:
    """Spend a one-time link on a password; the person is active and signed in then.

    Returns:
        The token for the cookie.

    Raises:
        LinkSpent, PasswordTooShort, PasswordCommon, PasswordNamesSomebody
    """
    link = queries.find_link(rules.hash_of(token))
    if link is None:
        raise LinkSpent
    require_good(password, guessable.names_of(link.tenant_name, link.tenant_slug, link.email))
    cookie = _start_session(link.tenant_id, link.user_id, rules.IDLE_SECONDS)
    _spend(link.link_id)
    user = queries.get_user(link.user_id)
    user.password_hash, user.status = passwords.hashed(password), "active"
    session.flush()
    enter_session(rules.hash_of(cookie))
    end_sessions(link.user_id, but=request_context().session_id)
    note("sign-in", table="users", record=link.user_id, reason=f"{link.purpose} link")
    return cookie


def change_password(current: str, new: str) -> str:
    """Choose another password; every other session of the person ends.

    Returns:
        The token for the cookie.

    Raises:
        PasswordWrong, PasswordTooShort, PasswordCommon, PasswordNamesSomebody
    """
    mine, user = request_context(), queries.get_user(my_id())
    if not passwords.matches(queries.my_password_hash(), current):
        raise PasswordWrong
    require_good(new, guessable.names_of(mine.tenant_name, mine.tenant_slug, user.email))
    user.password_hash = passwords.hashed(new)
    session.flush()
    end_sessions(user.id, but=mine.session_id)
    note("password.changed", table="users", record=user.id)
    return renewed_session(proven=True)


def require_good(password: str, names: tuple[str, ...]) -> None:
    """Raise the refusal of a password that is too short, common, or has one of the names in it."""
    require_length(password)
    if guessable.is_common(password):
        raise PasswordCommon
    if guessable.names_somebody(password, names):
        raise PasswordNamesSomebody


def require_length(password: str) -> None:
    """Raise PasswordTooShort unless the password's length will do."""
    if not passwords.long_enough(password):
        raise PasswordTooShort(least=passwords.SHORTEST, most=passwords.LONGEST)


def _spend(link_id: int) -> None:
    """Of two requests with the same link, the row's lock lets one through."""
    unused = select(UserLink).where(UserLink.id == link_id, UserLink.used_at.is_(None))
    link = session.scalar(unused.with_for_update())
    if link is None:
        raise LinkSpent
    link.used_at = func.now()


def _start_session(tenant_id: int, user_id: int, idle_seconds: int) -> str:
    """Start one in the place of whichever this browser has: of that one nothing is carried over.

    Returns:
        The token for the cookie.
    """
    if state().request_context is not None:
        sign_out()
    state().request_context, state().messages = None, []
    token = rules.new_token()
    token_hash = rules.hash_of(token)
    asker = state().asker or Asker()
    describe_request()
    state().started = session.scalar(
        text(
            "SELECT start_session(:tenant, :user, :token_hash, :idle, :absolute, :ip, :agent,"
            " :expires, :proof)"
        ),
        {
            "tenant": tenant_id, "user": user_id, "token_hash": token_hash, "idle": idle_seconds,
            "absolute": rules.ABSOLUTE_SECONDS, "ip": asker.ip,
            "agent": asker.user_agent,
            **proven("start_session", tenant_id, user_id, token_hash.hex()),
        },
    )  # fmt: skip
    return token
