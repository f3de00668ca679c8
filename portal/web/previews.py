"""A change that is shown before it is done.

It is done in a savepoint, and stays only when what it does is what the person has been shown: so
the preview cannot differ from the doing, and nobody confirms what they have not seen.
"""

from collections.abc import Callable
from hashlib import sha256
from typing import NamedTuple, Protocol, TypeVar

from portal.db import session


class PreviewOutcome(Protocol):
    """The outcome of a change; read in full before it is taken back."""

    def fingerprint(self) -> str:
        """A text that is equal for one outcome, without ids that are new each time."""


Did = TypeVar("Did", bound=PreviewOutcome)


def mark_of(fingerprint: str) -> str:
    """The mark of an outcome, for a form to carry."""
    return sha256(fingerprint.encode()).hexdigest()[:32]


# Of an outcome that touches nobody, if its fingerprint is empty then: it may stay unseen.
NOTHING = mark_of("")


class Previewed(NamedTuple):
    """Whether the change stays, and the mark by which a form says that its outcome was shown."""

    stays: bool
    mark: str


def preview(change: Callable[[], Did], *, confirmation_token: str | None) -> tuple[Did, Previewed]:
    """Do a change; take it back unless `confirmation_token` is the mark of this very outcome."""
    with session.begin_nested() as savepoint:
        did = change()
        mark = mark_of(did.fingerprint())
        stays = mark == confirmation_token
        if not stays:
            savepoint.rollback()
    return did, Previewed(stays, mark)
