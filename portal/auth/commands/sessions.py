"""Sessions that end, and what a session has to prove again before grave changes."""

from sqlalchemy import CursorResult, func, select, text, update

from portal.audit.notes import note
from portal.auth import passwords, proofs, queries, rules
from portal.auth.vouching import vouch
from portal.db import session
from portal.errors import N_, DomainError, NotFound
from portal.schema.accounts import UserLink, UserSession
from portal.tenancy.context import request_context

RENEW = text("SELECT renew_session(:token_hash, :proven, :factor, :expires, :proof)")
END_OVERDUE = text("SELECT end_overdue_session(:token_hash)")


class PasswordWrong(DomainError):
    """Not the password of the person whose session this is."""

    field = "current_password"
    message = N_("This is not your password.")


def end_sessions(user_id: int, *, but: int | None = None) -> int:
    """End a person's sessions at once: whoever has one of their cookies is nobody on the next page.

    Whoever has a link that they were sent is let in by it no more.

    Args:
        but: a session that goes on.

    Returns:
        How many ended.
    """
    spend_links(user_id)
    live = update(UserSession).where(
        UserSession.user_id == user_id,
        UserSession.revoked_at.is_(None),
        UserSession.id != (but or 0),
    )
    vouch("user_sessions", "UPDATE", {"user_id": user_id})
    ended: CursorResult[tuple[int]] = session.execute(live.values(revoked_at=func.now()))  # type: ignore[assignment]
    if ended.rowcount:
        note("sessions.ended", table="users", record=user_id, new={"count": ended.rowcount})
    return ended.rowcount


def spend_links(user_id: int) -> None:
    """Close the links that somebody was sent: they are in, or out, in another way."""
    unused = UserLink.user_id == user_id, UserLink.used_at.is_(None)
    for link in session.scalars(select(UserLink).where(*unused).with_for_update()):
        link.used_at = func.now()
    session.flush()


def end_own_session(session_id: int) -> None:
    """End one of the sessions of whoever asks. Raises NotFound."""
    mine = queries.list_sessions(my_id())
    if session_id not in {each.id for each in mine}:
        raise NotFound
    vouch("user_sessions", "UPDATE", {"user_id": my_id()})
    session.execute(
        update(UserSession).where(UserSession.id == session_id).values(revoked_at=func.now())
    )
    note("sessions.ended", table="users", record=my_id(), new={"count": 1})


def choose_language(tag: str | None) -> str:
    """Have the portal speak another language to whoever asks.

    Args:
        tag: such as `es` or `en-US`; None: the clinic's, whatever that becomes.

    Returns:
        The one it speaks from the next page on.
    """
    user = queries.get_user(my_id())
    user.locale = tag
    session.flush()
    return queries.language_of(user.email)


def give_password_again(password: str) -> str:
    """Prove, without a second factor, that the person is still who signed in.

    Returns:
        The token for the cookie.

    Raises:
        PasswordWrong
    """
    if not passwords.matches(queries.my_password_hash(), password):
        raise PasswordWrong
    note("proof", table="users", record=my_id())
    return renewed_session(proven=True)


def renewed_session(*, proven: bool = False, factor: bool = False) -> str:
    """Give this session a new token, so that whoever had the one before has nothing.

    Args:
        proven: whether the person has just proven who they are.
        factor: whether they have just given their second factor.

    Returns:
        The token for the cookie.
    """
    token = rules.new_token()
    token_hash = rules.hash_of(token)
    values = {"token_hash": token_hash, "proven": proven, "factor": factor}
    vouched = (
        request_context().session_id,
        token_hash.hex(),
        *(str(each).lower() for each in (proven, factor)),
    )
    session.execute(RENEW, values | proofs.proven("renew_session", *vouched))
    return token


def end_overdue(token_hash: bytes) -> None:
    """Note on a session that it is over, so that it stays so when the clock goes back."""
    session.execute(END_OVERDUE, {"token_hash": token_hash})


def my_id() -> int:
    """Whose session this is."""
    found = request_context().user_id
    if found is None:
        raise RuntimeError("a job has no session")
    return found
