"""Sealing the log, opening an epoch, dropping what is older than the law wants kept."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Any

import psycopg
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from psycopg import sql
from sqlalchemy import text

from portal.audit import checkpoints, leaves, merkle, ranges, seals
from portal.audit.notes import note
from portal.audit.seal_store import SealStore, publish
from portal.audit.seals import NO_SEAL, Seal
from portal.db import session
from portal.errors import N_, DomainError
from portal.tenancy.context import as_worker, enter_job

YEARS_KEPT = 6
# One at a time seals; a purge waits for those who verify, and they for it.
SEALING, READING = 5_046_001, 5_046_002

# Every transaction before until_xid has ended; one from next_xid on (ours) began after sealed_at.
# The snapshot's own xmax would not do: transactions beyond it may be running.
WATERMARK = text("""
    SELECT (extract(epoch FROM now()) * 1000000)::bigint AS sealed_at,
      pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS until_xid,
      pg_current_xact_id()::text::bigint AS next_xid
""")
WRITE_PART = text("""
    INSERT INTO audit_seal_parts (tenant_id, seal, entries, root, items)
    VALUES (:tenant_id, :seal, :entries, :root, :items)
""")
COUNT_BEFORE = text("""
    SELECT count(*) AS entries,
      count(*) FILTER (WHERE xid >= CAST(CAST(:until_xid AS text) AS xid8)) AS unsealed
    FROM user_action_audit_log WHERE occurred_at < :before
""")

Part = tuple[int, int, bytes]


class NoSigningKey(DomainError):
    """The key is not where it was."""

    message = N_("The signing key of the seals is missing.")


class OtherSigningKey(DomainError):
    """The key is not the one that signed the last seal."""

    message = N_("The signing key is not the one of the last seal: open a new epoch.")


class SealsLost(DomainError):
    """The database is behind what is known of it: cut off, or brought back from a backup."""

    message = N_(
        "Seals are missing from the database, or it was restored. Verify it, then open a new epoch."
    )


class SealingElsewhere(DomainError):
    """Another process is at it."""

    message = N_("Another process is sealing.")


class KeptSixYears(DomainError):
    """A purge would drop what has to be kept."""

    message = N_("Entries are kept for six years.")


class NothingToPurge(DomainError):
    """No whole month is older."""

    message = N_("No whole month of entries is older than that.")


class NotSealedYet(DomainError):
    """Entries that no seal covers cannot be dropped: nobody could prove that they were there."""

    message = N_("Some of these entries are not sealed yet.")


def seal(store: SealStore) -> Seal:
    """Seal every transaction that has ended since the last seal, be it none.

    Raises:
        DomainError: a refusal above.
    """
    with _sealing():
        last = seals.last_seal()
        if last is not None:
            made = _next(store, last, kind="minute", about="")
        elif checkpoints.newest(store.checkpoints):
            raise SealsLost
        else:
            made = _open(store, None, "the beginning")
    publish(store)
    return made


def open_epoch(store: SealStore, reason: str) -> Seal:
    """Begin again after a restore, or with another key: the reason is part of the chain."""
    with _sealing():
        made = _open(store, seals.last_seal(), reason)
    publish(store)
    return made


def purge(store: SealStore, before: date) -> tuple[Seal, list[str]]:
    """Drop the months that ended by a date, as a sealed act; at least six years are kept.

    Returns:
        The seal, and the names of the partitions that are gone.
    """
    month = before.replace(day=1)
    today = datetime.now(UTC).date()
    if month > _years_before(today, YEARS_KEPT):
        raise KeptSixYears
    with _sealing():
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": READING})
        last = seals.last_seal()
        if last is None:
            raise NotSealedYet
        made = _next(store, last, kind="purge", about=month.isoformat())
        dropped = _drop(made, month)
    publish(store)
    return made, dropped


@contextmanager
def _sealing() -> Iterator[None]:
    """One transaction as the worker, and nobody else sealing. Statements see what has ended by
    then: rows below the watermark never change, so one snapshot for all is not needed."""
    with as_worker():
        free = session.scalar(text("SELECT pg_try_advisory_xact_lock(:key)"), {"key": SEALING})
        if not free:
            raise SealingElsewhere
        yield


def _next(store: SealStore, last: Seal, *, kind: str, about: str) -> Seal:
    """The seal after the last, over what came since."""
    key = _key(store, last)
    mark = session.execute(WATERMARK).one()
    newest = checkpoints.newest(store.checkpoints)
    if mark.until_xid < last.until_xid or (newest and not _known(newest, last)):
        raise SealsLost
    draft = replace(
        last,
        **mark._mapping,
        number=last.number + 1,
        kind=kind,
        from_xid=last.until_xid,
        previous=last.hash(),
        about=about,
    )
    return _write(draft, ranges.since(draft, draft), key)


def _open(store: SealStore, last: Seal | None, reason: str) -> Seal:
    """An epoch's first seal; the log stands still until it is written."""
    key = seals.signing_key(store.folder, make=True)
    if key is None:
        raise NoSigningKey
    newest = checkpoints.newest(store.checkpoints)
    epochs = [known.epoch for known in (last, newest) if known]
    boundary = session.execute(text("SELECT audit_still()")).scalar_one()
    mark = session.execute(WATERMARK).one()
    draft = Seal(
        number=last.number + 1 if last else 1,
        epoch=max(epochs, default=0) + 1,
        kind="epoch",
        sealed_at=mark.sealed_at,
        from_xid=0,
        until_xid=0,
        next_xid=0,
        first_id=boundary,
        last_id=last.last_id if last else 0,
        entries=0,
        root=NO_SEAL,
        previous=last.hash() if last else NO_SEAL,
        about=reason,
    )
    return _write(draft, ranges.left_before(draft, last), key)


def _key(store: SealStore, last: Seal) -> Ed25519PrivateKey:
    key = seals.signing_key(store.folder, make=False)
    if key is None:
        raise NoSigningKey
    if key.public_key().public_bytes_raw() != last.public_key:
        raise OtherSigningKey
    return key


def _known(newest: checkpoints.Head, last: Seal) -> bool:
    """Whether the database still holds the seal of the newest head."""
    if newest.number > last.number:
        return False
    return seals.get_seal(newest.number).hash().hex() == newest.hash


def _write(draft: Seal, condition: sql.Composed, key: Ed25519PrivateKey) -> Seal:
    """Collect the parts, then sign over them."""
    parts, highest = [], draft.last_id
    for tenant_id in tenant_ids():
        enter_job(tenant_id, "audit")
        items = sorted(item for item, _, _ in leaves.read(connection(), condition))
        if items:
            parts.append(_write_part(draft.number, tenant_id, items))
            highest = max(highest, leaves.id_of(items[-1]))
    made = replace(
        draft,
        entries=sum(entries for _, entries, _ in parts),
        last_id=highest,
        root=seals.root_of(parts),
    ).signed(key)
    seals.write(made)
    return made


def _write_part(number: int, tenant_id: int, items: list[bytes]) -> Part:
    root = merkle.root([leaves.leaf(item) for item in items])
    part = {"entries": len(items), "root": root, "items": b"".join(items)}
    session.execute(WRITE_PART, {"tenant_id": tenant_id, "seal": number, **part})
    return tenant_id, len(items), root


def _drop(made: Seal, month: date) -> list[str]:
    before = datetime.combine(month, time(), UTC)
    for tenant_id in tenant_ids():
        enter_job(tenant_id, "audit")
        values = {"before": before, "until_xid": made.until_xid}
        found = session.execute(COUNT_BEFORE, values).one()
        if found.unsealed:
            raise NotSealedYet
        if found.entries:
            gone = {"before": month.isoformat(), "entries": found.entries, "seal": made.number}
            note("audit.purge", table="user_action_audit_log", new=gone)
    dropped = list(session.scalars(text("SELECT audit_purge(:before)"), {"before": month}))
    if not dropped:
        raise NothingToPurge
    return dropped


def tenant_ids() -> list[int]:
    """Every tenant, whatever its state."""
    return sorted(session.scalars(text("SELECT id FROM tenant_directory()")))


def connection() -> psycopg.Connection[Any]:
    """The driver's own connection of this transaction, for COPY."""
    found: psycopg.Connection[Any] = session.connection().connection.driver_connection  # type: ignore[assignment]
    return found


def _years_before(day: date, years: int) -> date:
    return day.replace(year=day.year - years, day=min(day.day, 28))
