"""Passwords: Argon2id, a bounded number at a time, and the same work when there is no account."""

import fcntl
import os
import tempfile
import threading
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from portal.errors import N_, DomainError
from portal.web import rounds

SHORTEST = 12
LONGEST = 128
RETRY_SECONDS = 3


class Busy(DomainError):
    """As many passwords are being looked at as may be; this one was not."""

    message = N_("Many people are signing in at this moment. Try again in a few seconds.")
    status = 503
    retry_after = RETRY_SECONDS


# RFC 9106's second recommended option (64 MiB, 3 passes), which argon2-cffi has as its default
_hasher = PasswordHasher()


class Places:
    """Places for work of which only some may go on at once, in all processes forked from here.

    Each is a byte of a file without a name. A process has it locked while it works; the lock ends
    with the process, however that ends. One of several is never a stranger's: however many of
    those there are, whoever is known gets in.
    """

    def __init__(self, number: int) -> None:
        self.number = number
        self._file, name = tempfile.mkstemp()  # open as long as the process is
        os.unlink(name)
        self._ours: set[int] = set()
        self._lock = threading.Lock()

    @contextmanager
    def one(self, *, stranger: bool = False) -> Iterator[None]:
        """A place, while the block runs. Raises Busy when there is none."""
        offset = self._taken(1 if stranger and self.number > 1 else 0)
        if offset is None:
            raise Busy
        try:
            yield
        finally:
            with self._lock:
                self._ours.discard(offset)
                fcntl.lockf(self._file, fcntl.LOCK_UN, 1, offset)

    def _taken(self, first: int) -> int | None:
        with self._lock:  # a process is not locked out by its own locks
            for offset in sorted(set(range(first, self.number)) - self._ours):
                with suppress(BlockingIOError):
                    fcntl.lockf(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, offset)
                    self._ours.add(offset)
                    return offset
        return None


# Each takes 64 MiB and a core: a burst of sign-ins must not starve the pages.
places = Places(2)
_mine = threading.local()
# What is checked when there is no account: a password nobody knows, hashed with the work of today,
# and not anew at each start of each process.
_NOBODY = (
    "$argon2id$v=19$m=65536,t=3,p=4$tSjpB2brCZCSDDT01gLwTA"
    "$o92R1u8Vug7tAffy6ACDRvDRcPRKJeM6vBABOQ1s9R0"
)


@contextmanager
def turn(*, stranger: bool = False) -> Iterator[None]:
    """Have a place for looking at passwords, once for all that is done in the block.

    Whoever counts a try takes it before: who is turned away has not tried.

    Args:
        stranger: whether anybody at all could be asking: nobody is signed in, and from this
            browser the account has never been opened.

    Raises:
        Busy: as many as may be are being looked at, or this process has just looked at one
            (of a stranger's, or of a known browser's) and has others to answer first.
    """
    if getattr(_mine, "turn", False):
        yield
        return
    whose = "a stranger's" if stranger else "a known browser's"
    if rounds.spent(whose):
        raise Busy
    with places.one(stranger=stranger):
        _mine.turn = True
        try:
            yield
        finally:
            _mine.turn = False
            rounds.spend(whose)


def hashed(password: str) -> str:
    """The PHC string to keep. Raises Busy."""
    with turn():
        return _hasher.hash(_normal(password))


def matches(password_hash: str | None, password: str) -> bool:
    """Whether the password is the one; None takes as long and is always False. Raises Busy."""
    with turn():
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
    """The password in one form whichever keyboard composed its accents."""
    return unicodedata.normalize("NFKC", password)
