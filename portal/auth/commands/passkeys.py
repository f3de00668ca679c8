"""Passkeys: made, used as a second factor, and taken away."""

import secrets
from datetime import timedelta

from sqlalchemy import Update, func, select, update

from portal.audit.notes import note
from portal.auth import passkeys, queries
from portal.auth.commands.factor import given_factor, new_recovery_codes
from portal.auth.commands.sessions import end_sessions, my_id, renewed_session
from portal.auth.passkeys import PasskeyRefused, Site
from portal.auth.proofs import pseudonym
from portal.auth.vouching import vouch
from portal.db import session
from portal.errors import N_, Conflict, NotFound, refusing
from portal.schema.accounts import Passkey, User, UserSession
from portal.tenancy.context import request_context

MOST_PASSKEYS = 10
CHALLENGE_LASTS = timedelta(minutes=5)


class TooManyPasskeys(Conflict):
    field = "name"
    message = N_("You have ten passkeys. Remove one that you no longer use.")


class LastFactor(Conflict):
    message = N_(
        "This is your only second factor, and your clinic asks for one. Add another first."
    )


def ask_for_new(site: Site) -> str:
    """A challenge to make a passkey, as the browser takes it (JSON)."""
    mine = request_context()
    handle = pseudonym("passkey", str(mine.tenant_id), str(my_id()))
    return passkeys.creation(
        site, challenge=_challenge(), clinic=mine.tenant_name, email=mine.email or "",
        handle=handle, known=_known(),
    )  # fmt: skip


def ask_for_known(site: Site) -> str:
    """A challenge to use one of the person's passkeys, as the browser takes it (JSON)."""
    return passkeys.request(site, challenge=_challenge(), known=_known())


def add_passkey(site: Site, challenge: bytes, answer: str, name: str) -> tuple[str, list[str]]:
    """Keep a passkey that was just made; the session has given its second factor then.

    Args:
        challenge: what `take_challenge` gave.
        answer: the browser's, as JSON.
        name: what its owner calls it.

    Returns:
        The token for the cookie; and with the first second factor, ten recovery codes.

    Raises:
        PasskeyRefused, TooManyPasskeys
    """
    mine, first = my_id(), not request_context().has_factor
    made = passkeys.created(site, challenge, answer)
    _lock_own_factors()
    if len(_known()) >= MOST_PASSKEYS:
        raise TooManyPasskeys
    with refusing({"uq_passkeys_credential_id": PasskeyRefused}):
        session.add(
            Passkey(
                user_id=mine, name=name, credential_id=made.credential_id,
                public_key=made.credential_public_key, sign_count=made.sign_count,
            )
        )  # fmt: skip
    note("passkey.added", table="users", record=mine)
    end_sessions(mine, but=request_context().session_id)
    return given_factor(), new_recovery_codes(mine) if first else []


def give_passkey(site: Site, challenge: bytes, answer: str) -> str:
    """Answer a challenge, which `take_challenge` gave, with a passkey.

    Returns:
        The token for the cookie.

    Raises:
        PasskeyRefused
    """
    found = session.scalar(
        select(Passkey).where(
            Passkey.user_id == my_id(), Passkey.credential_id == passkeys.credential_id_of(answer)
        )
    )
    if found is None:
        raise PasskeyRefused
    found.sign_count = passkeys.used(site, challenge, answer, found.public_key, found.sign_count)
    found.last_used_at = func.now()
    session.flush()
    note("second-factor", table="users", record=found.user_id, reason="passkey")
    return given_factor()


def remove_passkey(passkey_id: int) -> str:
    """Take one of the person's passkeys away; their other sessions end.

    Returns:
        The token for the cookie.

    Raises:
        NotFound
        LastFactor: the clinic asks for a second factor, and there is no other.
    """
    mine = my_id()
    _lock_own_factors()
    found = session.scalar(select(Passkey).where(Passkey.user_id == mine, Passkey.id == passkey_id))
    if found is None:
        raise NotFound
    others = len(_known()) > 1 or queries.find_factor(mine) is not None
    if request_context().settings.get("second_factor") and not others:
        raise LastFactor
    session.delete(found)
    session.flush()
    note("passkey.removed", table="users", record=mine)
    end_sessions(mine, but=request_context().session_id)
    return renewed_session()


def _lock_own_factors() -> None:
    """Of two changes at once, the second sees what the first left: ten at most, and the last."""
    session.execute(select(User.id).where(User.id == my_id()).with_for_update())


def _known() -> list[bytes]:
    return [each.credential_id for each in queries.list_passkeys(my_id())]


def _challenge() -> bytes:
    """A new challenge, which this session may answer once and soon."""
    fresh = secrets.token_bytes(32)
    vouch("user_sessions", "UPDATE", {"id": request_context().session_id, "challenge": fresh})
    session.execute(_own().values(challenge=fresh, challenge_at=func.now()))
    return fresh


def take_challenge() -> bytes:
    """This session's challenge, which nobody can answer again once that is committed.

    Raises:
        PasskeyRefused: there is none, or it is more than five minutes old.
    """
    waiting = session.execute(
        select(UserSession.challenge, UserSession.challenge_at > func.now() - CHALLENGE_LASTS)
        .where(UserSession.id == request_context().session_id)
        .with_for_update()
    ).one()
    session.execute(_own().values(challenge=None, challenge_at=None))
    challenge, in_time = waiting
    if challenge is None or not in_time:
        raise PasskeyRefused
    return bytes(challenge)


def _own() -> Update:
    return update(UserSession).where(UserSession.id == request_context().session_id)
