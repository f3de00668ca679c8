"""Verification: the whole log against its seals, and the first place that is wrong."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from psycopg import sql
from sqlalchemy import text

from portal.audit import leaves, merkle, ranges
from portal.audit.chain import Chain, Finding, every_seal, walk
from portal.audit.checkpoints import Checkpoints
from portal.audit.commands import READING, connection
from portal.audit.differences import Difference, differences
from portal.audit.seals import Seal, moment, root_of
from portal.db import session
from portal.tenancy.context import as_worker, enter_job

# How much is looked at together, which bounds the memory.
ENTRIES_AT_ONCE = 200_000
SEALS_AT_ONCE = 5_000
# A server's clock may be set back a little; an entry further off was not written when it says.
CLOCK_STEP = 5_000_000
ANY_TIME = 2**63 - 1

PARTS = text("""
    SELECT seal, entries, root, items FROM audit_seal_parts
    WHERE seal BETWEEN :first AND :last ORDER BY seal
""")
BEGUN_AFTER = text("""
    SELECT (extract(epoch FROM sealed_at) * 1000000)::bigint FROM audit_seals
    WHERE epoch = :epoch AND number <= :number
      AND next_xid <= CAST(CAST(:xid AS text) AS xid8)
    ORDER BY number DESC LIMIT 1
""")

Doubt = tuple[int, int, int, int]  # seal's index in the batch, entry, xid, instant


@dataclass
class Report:
    """The outcome of a verification.

    Attributes:
        seals: how many seals are in order.
        entries: how many entries are as they were sealed.
        unsealed: how many no seal covers yet.
        heads: how many seals the file of heads vouches for; None without one.
        voided: heads that a restore made void.
        epochs: what each epoch says of its beginning.
        wrong: the first wrong place, or None.
    """

    seals: int
    entries: int
    unsealed: int
    checkpoints: int | None
    voided: int
    epochs: list[dict[str, Any]]
    wrong: Finding | None

    @property
    def holds(self) -> bool:
        """Whether everything is as it was sealed."""
        return self.wrong is None


@dataclass(frozen=True)
class SealBatch:
    """Seals whose entries are looked at together, and the seal before them."""

    seals: list[Seal]
    before: Seal | None
    condition: sql.Composed


def verify(checkpoints: Checkpoints | None) -> Report:
    """Check every seal and every entry, stopping at the first wrong place."""
    with as_worker():
        session.execute(text("SELECT pg_advisory_xact_lock_shared(:key)"), {"key": READING})
        chain = walk(checkpoints)
        tenants = _tenants()
        entries, wrong = _check_entries(chain, tenants)
        unsealed = 0
        if wrong is None and chain.wrong is None and chain.last:
            unsealed, wrong = _check_unsealed(chain.last, tenants)
    return Report(
        seals=chain.seals,
        entries=entries,
        unsealed=unsealed,
        checkpoints=len(checkpoints.by_number) if checkpoints else None,
        voided=checkpoints.voided if checkpoints else 0,
        epochs=[
            {"epoch": s.epoch, "seal": s.number, "at": _iso(s.sealed_at), "reason": s.about}
            for s in chain.openings
        ],
        wrong=wrong or chain.wrong,
    )


def _check_entries(chain: Chain, tenants: dict[int, str]) -> tuple[int, Finding | None]:
    """How many entries are right, and the first wrong one under the seals that are in order."""
    entries = 0
    for batch in _batches(chain):
        found, wrong = _check_batch(batch, chain, tenants)
        entries += found
        if wrong:
            return entries, wrong
    return entries, None


def _batches(chain: Chain) -> Iterator[SealBatch]:
    before: Seal | None = None
    some: list[Seal] = []
    entries = 0
    for seal in every_seal(until=chain.seals):
        alone = seal.kind == "epoch" or (some and some[-1].kind == "epoch")
        many = entries + seal.entries > ENTRIES_AT_ONCE or len(some) == SEALS_AT_ONCE
        if some and (alone or many):
            yield _batch(some, before, chain)
            before, some, entries = some[-1], [], 0
        some.append(seal)
        entries += seal.entries
    if some:
        yield _batch(some, before, chain)


def _batch(some: list[Seal], before: Seal | None, chain: Chain) -> SealBatch:
    first, last = some[0], some[-1]
    if first.kind == "epoch":
        return SealBatch(some, before, ranges.left_before(first, before))
    return SealBatch(some, before, ranges.since(first, last, chain.closings.get(first.epoch)))


def _check_batch(
    batch: SealBatch, chain: Chain, tenants: dict[int, str]
) -> tuple[int, Finding | None]:
    first, last = batch.seals[0].number, batch.seals[-1].number
    parts: dict[int, list[tuple[int, int, bytes]]] = {seal.number: [] for seal in batch.seals}
    wrongs: list[Finding] = []
    entries = 0
    for tenant_id, slug in tenants.items():
        enter_job(tenant_id, "audit")
        found, doubts = _found(batch)
        entries += sum(map(len, found))
        for part in session.execute(PARTS, {"first": first, "last": last}):
            parts[part.seal].append((tenant_id, part.entries, part.root))
            items = found[part.seal - first]
            found[part.seal - first] = []
            wrongs += _check_part(part, items, chain, slug)
        wrongs += _unlisted(batch, found, slug)
        wrongs += [wrong for doubt in doubts for wrong in _misdated(batch, doubt, slug)]
    for seal in batch.seals:
        if root_of(parts[seal.number]) != seal.root:
            text = f"A clinic's part of seal {seal.number} is missing or was changed."
            wrongs.append(Finding("list-changed", text, seal.number))
    return entries, min(wrongs, key=_place, default=None)


def _found(batch: SealBatch) -> tuple[list[list[bytes]], list[Doubt]]:
    """The entered tenant's items under each of the seals, and those whose instant is doubtful."""
    found: list[list[bytes]] = [[] for _ in batch.seals]
    doubts = []
    bounds = _bounds(batch)
    untils = [seal.until_xid for seal in batch.seals]
    opening = batch.seals[0].kind == "epoch"
    for item, instant, xid in leaves.read(connection(), batch.condition):
        index = 0 if opening else bisect_right(untils, xid)
        found[index].append(item)
        earliest, latest = bounds[index]
        if not earliest <= instant <= latest:
            doubts.append((index, leaves.id_of(item), xid, instant))
    return found, doubts


def _bounds(batch: SealBatch) -> list[tuple[int, int]]:
    """When each seal's entries can have been written, but for transactions that took long."""
    if batch.seals[0].kind == "epoch":
        return [(-ANY_TIME, ANY_TIME)]
    before = [batch.before, *batch.seals[:-1]]
    earlier = [seal.sealed_at - CLOCK_STEP for seal in before if seal]
    latest = [seal.sealed_at + CLOCK_STEP for seal in batch.seals]
    return list(zip(earlier, latest, strict=True))


def _check_part(part: Any, items: list[bytes], chain: Chain, slug: str) -> Iterator[Finding]:
    listed = leaves.items_in(part.items)
    own = merkle.root([leaves.leaf(item) for item in listed])
    if own != part.root or part.entries != len(listed):
        text = f"The list of {slug}'s entries under seal {part.seal} was changed."
        yield Finding("list-changed", text, part.seal, slug)
        return
    items.sort()
    if items == listed:
        return
    purged = chain.purged_after(part.seal)
    for each in differences(listed, items):
        if each.kind != "deleted" or each.instant >= purged:
            yield _wrong(each, part.seal, slug)
            return


def _wrong(found: Difference, seal: int, slug: str) -> Finding:
    where = f"{found.text[:-1]} ({slug}, {_iso(found.instant)}, seal {seal})."
    if found.kind == "deleted":
        partition = f"user_action_audit_log_{moment(found.instant):%Y_%m}"
        query = text("SELECT to_regclass('public.' || CAST(:name AS text))")
        if session.scalar(query, {"name": partition}) is None:
            message = f"The partition {partition} is gone. {where}"
            return Finding("partition-dropped", message, seal, slug, found.entry)
    return Finding(found.kind, where, seal, slug, found.entry)


def _unlisted(batch: SealBatch, found: Sequence[list[bytes]], slug: str) -> Iterator[Finding]:
    """Entries under a seal in which the clinic had no part."""
    for seal, items in zip(batch.seals, found, strict=True):
        for each in differences([], sorted(items)[:1]):
            yield _wrong(each, seal.number, slug)


def _misdated(batch: SealBatch, doubt: Doubt, slug: str) -> Iterator[Finding]:
    """An entry that says another time than it was written at, as the seals around it tell."""
    index, entry, xid, instant = doubt
    seal = batch.seals[index]
    values = {"epoch": seal.epoch, "number": seal.number, "xid": xid}
    begun_after = session.scalar(BEGUN_AFTER, values)
    late = instant > seal.sealed_at + CLOCK_STEP
    if late or (begun_after is not None and instant < begun_after - CLOCK_STEP):
        text = f"Entry {entry} ({slug}, seal {seal.number}) was not written at {_iso(instant)}."
        yield Finding("misdated", text, seal.number, slug, entry)


UNSEALED = sql.SQL("""
    SELECT count(*), min(id) FILTER (
      WHERE xid >= {next_xid}::xid8 AND occurred_at < {earliest})
    FROM user_action_audit_log WHERE {condition}
""")


def _check_unsealed(last: Seal, tenants: dict[int, str]) -> tuple[int, Finding | None]:
    """How many entries wait for a seal; one dated before the last seal was put in."""
    waiting = 0
    earliest = moment(last.sealed_at - CLOCK_STEP)
    for tenant_id, slug in tenants.items():
        enter_job(tenant_id, "audit")
        statement = UNSEALED.format(
            next_xid=str(last.next_xid), earliest=earliest, condition=ranges.unsealed(last)
        )
        count, entry = connection().execute(statement).fetchone() or (0, None)
        waiting += count
        if entry is not None:
            text = f"Entry {entry} ({slug}, not sealed yet) was written later than it says."
            return waiting, Finding("misdated", text, last.number + 1, slug, entry)
    return waiting, None


def _tenants() -> dict[int, str]:
    directory = session.execute(text("SELECT id, slug FROM tenant_directory() ORDER BY id"))
    return {row.id: row.slug for row in directory}


def _place(wrong: Finding) -> tuple[int, bool, int]:
    """Seals first, then the clinics as they come, then the entries."""
    return wrong.seal, wrong.kind != "list-changed", wrong.entry or 0


def _iso(microseconds: int) -> str:
    return moment(microseconds).isoformat()
