"""Guessing slowed down: by account and by address, counted where every process sees it.

The first tries cost nothing; after them each one doubles the delay, up to five minutes, and
never locks anybody out for good. An account that does not exist is counted like one that does.
"""

import unicodedata
from ipaddress import ip_address, ip_network
from time import monotonic

from sqlalchemy import ARRAY, Integer, LargeBinary, bindparam, text

from portal.auth.proofs import proven, pseudonym
from portal.auth.queries import find_account
from portal.db import session, state
from portal.errors import N_, DomainError
from portal.tenancy.context import request_context

FREE_OF_ACCOUNT = 5
# a clinic's staff share one address, and sign in at the same hour
FREE_OF_ADDRESS = 50
LONGEST_SECONDS = 300
IPV6_SITE = 64
# Of whom this process has told the log, and until when that is enough.
_told: dict[bytes, float] = {}
MOST_TOLD = 10_000

TAKE = text("SELECT take_try(:asked, :free, :longest, :expires, :proof)").bindparams(
    bindparam("asked", type_=ARRAY(LargeBinary)), bindparam("free", type_=ARRAY(Integer))
)
FORGET = text("SELECT forget_tries(:own, :address, :expires, :proof)")


class TooManyTries(DomainError):
    """The account or the address has to wait; right or wrong, nothing was looked at."""

    message = N_("Too many tries. Wait %(seconds)s seconds, then try again.")
    status = 429


def account(clinic: str, email: str) -> bytes:
    """Who is tried: the account itself where there is one, however its name was spelled.

    The database tells what is one name; two ways of folding case would give one account several
    counts.
    """
    found = find_account(clinic, email)
    if found is not None:
        return pseudonym("account", str(found.tenant_id), str(found.user_id))
    return pseudonym("nobody", _folded(clinic), _folded(email))


def device(own: bytes, name: str) -> bytes:
    """The bucket of an account, tried from a browser that it was opened from before."""
    return pseudonym("device", own.hex(), name)


def second_factor() -> bytes:
    """The second factor of whoever's session this is."""
    mine = request_context()
    return pseudonym("second factor", str(mine.tenant_id), str(mine.user_id))


def address() -> bytes:
    """Where the present request comes from; of IPv6 the site, whose hosts are one's own to pick."""
    asker = state().asker
    return pseudonym("address", _site((asker and asker.ip) or ""))


def take_try(own: bytes) -> None:
    """Count one try, and commit: it counts whatever becomes of it, and of tries at once each one.

    The transaction's context ends with the commit.

    Raises:
        TooManyTries
    """
    subjects = [own, address()]
    values = {"asked": subjects, "free": [FREE_OF_ACCOUNT, FREE_OF_ADDRESS],
              "longest": LONGEST_SECONDS}  # fmt: skip
    proof = proven("take_try", *(one.hex() for one in subjects))
    seconds = session.execute(TAKE, values | proof).scalar_one()
    session.commit()
    if seconds:
        refused = TooManyTries(seconds=seconds)
        refused.retry_after = seconds
        raise refused


def is_news(clinic: str, seconds: int | None) -> bool:
    """Whether the clinic's log has yet to say that this address was refused unlooked at.

    Once for each wait is enough: whoever goes on asking would fill the log otherwise, a refusal a
    request. What was looked at and was wrong is always news.

    Args:
        clinic: the short name that was typed.
        seconds: how long it has to wait; None when it was looked at.
    """
    if seconds is None:
        return True
    subject, now = pseudonym("refused", address().hex(), _folded(clinic)), monotonic()
    if _told.get(subject, 0) > now:
        return False
    while len(_told) >= MOST_TOLD:
        del _told[next(iter(_told))]
    _told[subject] = now + seconds
    return True


def forget_tries(own: bytes) -> None:
    """It was the right one: the account starts afresh, the address gets its try back."""
    here = address()
    proof = proven("forget_tries", own.hex(), here.hex())
    session.execute(FORGET, {"own": own, "address": here, **proof})


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def _site(ip: str) -> str:
    try:
        known = ip_address(ip)
    except ValueError:
        return ip
    return str(ip_network((known, IPV6_SITE), strict=False)) if known.version == 6 else ip
