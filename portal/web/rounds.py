"""The rounds of a worker, in each of which it goes on with everybody who has something to say.

What takes long by design is done once in a round: whoever waits beside it waits for one of it, not
for as many as happened to arrive first. A process that is no worker has no rounds, and no bound.
"""

from dataclasses import dataclass


@dataclass
class _Process:
    counts: bool = False
    spent: bool = False


_known = _Process()


def begin() -> None:
    """Another round begins."""
    _known.counts, _known.spent = True, False


def spend() -> None:
    """Something that takes long was done."""
    _known.spent = _known.counts


def spent() -> bool:
    """Whether the round has had what takes long."""
    return _known.spent
