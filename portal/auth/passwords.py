"""Passwords: Argon2id, a bounded number at a time, and the same work when there is no account."""

import threading
import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST = 12
LONGEST = 128

# RFC 9106's second recommended option (64 MiB, 3 passes), which argon2-cffi has as its default
_hasher = PasswordHasher()
# each takes 64 MiB and a core: a burst of sign-ins queues instead of starving the pages
_at_a_time = threading.BoundedSemaphore(2)
_NOBODY = _hasher.hash("the hash that is checked when there is no account")


def hashed(password: str) -> str:
    """The PHC string to keep."""
    with _at_a_time:
        return _hasher.hash(_normal(password))


def matches(password_hash: str | None, password: str) -> bool:
    """Whether the password is the one; None takes as long and is always False."""
    with _at_a_time:
        try:
            return _hasher.verify(password_hash or _NOBODY, _normal(password)) and bool(
                password_hash
            )
        except (VerificationError, InvalidHashError):
            return False


def outdated(password_hash: str) -> bool:
    """Whether the hash was made with weaker parameters than today's."""
    return _hasher.check_needs_rehash(password_hash)


def long_enough(password: str) -> bool:
    """12 to 128 characters; no rules about which."""
    return SHORTEST <= len(_normal(password)) <= LONGEST


def _normal(password: str) -> str:
    """The same password whichever keyboard composed its accents."""
    return unicodedata.normalize("NFKC", password)
