"""The chain of seals, checked without looking at any entry."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from portal.audit import seals
from portal.audit.checkpoints import Checkpoints, head_of
from portal.audit.seals import NO_SEAL, Seal

MANY = 5000
MICROSECONDS_A_DAY = 86_400_000_000


@dataclass(frozen=True)
class Finding:
    """The first place that is not as it was sealed.

    Attributes:
        kind: seal-forged, seal-missing, tail-cut, list-changed, partition-dropped, deleted,
            inserted, changed, moved-in-time, swapped or misdated.
        text: the same as a sentence.
        seal: the seal's number.
        tenant: the clinic's slug, when it concerns one.
        entry: the entry's id, when it concerns one.
    """

    kind: str
    text: str
    seal: int
    tenant: str | None = None
    entry: int | None = None


@dataclass
class Chain:
    """The outcome of walking the chain.

    Attributes:
        seals: how many are in order.
        last: the last of them.
        openings: each epoch's first seal.
        closings: the highest id that an epoch sealed, for each that a later one has ended, or that
            a wrong seal cuts short.
        purges: (seal's number, microseconds since 1970 before which it dropped everything).
        wrong: what is wrong with the next.
    """

    seals: int = 0
    last: Seal | None = None
    openings: list[Seal] = field(default_factory=list)
    closings: dict[int, int] = field(default_factory=dict)
    purges: list[tuple[int, int]] = field(default_factory=list)
    wrong: Finding | None = None

    def purged_after(self, number: int) -> int:
        """The instant before which entries of that seal have been dropped in good order."""
        return max((before for at, before in self.purges if at >= number), default=-(2**63))


def walk(checkpoints: Checkpoints | None) -> Chain:
    """Every seal in order, until one is wrong.

    Args:
        heads: what was kept outside the database; without it a cut tail goes unseen.
    """
    chain = Chain()
    for seal in every_seal():
        chain.wrong = _fault(seal, chain.last, checkpoints)
        if chain.wrong:
            return _ended(chain)
        _take(chain, seal)
    if checkpoints and checkpoints.last > chain.seals:
        lost = checkpoints.by_number[checkpoints.last]
        text = (
            f"The chain ends with seal {chain.seals}, but seal {lost.number} was made"
            f" at {lost.sealed_at}: the end was cut off."
        )
        chain.wrong = Finding("tail-cut", text, chain.seals + 1)
        _ended(chain)
    elif not chain.seals:
        chain.wrong = Finding("seal-missing", "There is no seal: nothing can be proven.", 1)
    return chain


def _ended(chain: Chain) -> Chain:
    """Judge no entry beyond what the seals in order cover.

    A later epoch may have begun after the wrong seal, and its entries are not the earlier one's.
    """
    if chain.last:
        chain.closings[chain.last.epoch] = chain.last.last_id
    return chain


def every_seal(until: int | None = None) -> Iterator[Seal]:
    """All seals in order, up to a number, read some at a time."""
    number = 0
    while some := seals.seals_after(number, many=MANY):
        for seal in some:
            if until is not None and seal.number > until:
                return
            yield seal
        number = some[-1].number


def _take(chain: Chain, seal: Seal) -> None:
    if seal.kind == "epoch":
        if chain.last:
            chain.closings[chain.last.epoch] = chain.last.last_id
        chain.openings.append(seal)
    if seal.kind == "purge":
        days = (date.fromisoformat(seal.about) - date(1970, 1, 1)).days
        chain.purges.append((seal.number, days * MICROSECONDS_A_DAY))
    chain.seals, chain.last = chain.seals + 1, seal


def _fault(seal: Seal, before: Seal | None, checkpoints: Checkpoints | None) -> Finding | None:
    expected = before.number + 1 if before else 1
    if seal.number != expected:
        return Finding("seal-missing", f"Seal {expected} is missing.", expected)
    if not seal.is_genuine():
        return _forged(seal, "its signature does not fit what it says")
    if seal.previous != (before.hash() if before else NO_SEAL):
        return _forged(seal, "it does not follow the seal before it")
    if not _continues(seal, before):
        return _forged(seal, "its range does not follow that of the seal before it")
    known = checkpoints.by_number.get(seal.number) if checkpoints else None
    if known and known != head_of(seal):
        return _forged(seal, "the head kept outside the database is another")
    return None


def _continues(seal: Seal, before: Seal | None) -> bool:
    if seal.kind == "epoch":
        return before is None or (seal.epoch > before.epoch and seal.first_id > before.last_id)
    return before is not None and (
        (seal.epoch, seal.from_xid, seal.first_id, seal.public_key)
        == (before.epoch, before.until_xid, before.first_id, before.public_key)
        and seal.until_xid >= before.until_xid
    )


def _forged(seal: Seal, why: str) -> Finding:
    return Finding("seal-forged", f"Seal {seal.number} is forged: {why}.", seal.number)
