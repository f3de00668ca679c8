"""The rounds of a worker, in each of which it goes on with everybody who has something to say.

What takes long by design is done once in a round: whoever waits beside it waits for one of it, not
for as many as happened to arrive first. A process that is no worker has no rounds, and no bound.
"""

from dataclasses import dataclass, field


@dataclass
class _Process:
    counts: bool = False
    spent: set[str] = field(default_factory=set)


_known = _Process()


def begin() -> None:
    """Another round begins."""
    _known.counts = True
    _known.spent.clear()


def spend(what: str) -> None:
    """Something that takes long was done."""
    if _known.counts:
        _known.spent.add(what)


def spent(what: str) -> bool:
    """Whether the round has had what takes long."""
    return what in _known.spent
