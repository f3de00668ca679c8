"""A seal: what it says, the bytes that are signed, and the key that signs them."""

import base64
import os
import struct
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from sqlalchemy import text

from portal.audit import merkle
from portal.db import session

PART = b"\x02"
NO_SEAL = bytes(32)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, kw_only=True)
class Seal:
    """One link of the chain over every clinic's entries.

    Attributes:
        number: from 1, without gaps.
        epoch: from 1; a database brought back from a backup begins the next.
        kind: `epoch` opens one, `minute` seals what came since, `purge` says what was dropped.
        sealed_at: microseconds since 1970, at the beginning of the sealing transaction.
        from_xid: a `minute` covers the transactions from here ...
        until_xid: ... to before here: all of them had ended.
        next_xid: the transactions from here on began after `sealed_at`.
        first_id: the epoch's entries have ids from here on.
        last_id: the highest id sealed so far.
        entries: how many it covers.
        root: over the clinics' parts.
        previous: the hash of the seal before.
        public_key: of the key that signed.
        about: the epoch's reason; the date before which a purge dropped everything.
        signature: Ed25519 over the rest.
    """

    number: int
    epoch: int
    kind: str
    sealed_at: int
    from_xid: int
    until_xid: int
    next_xid: int
    first_id: int
    last_id: int
    entries: int
    root: bytes
    previous: bytes
    public_key: bytes = b""
    about: str = ""
    signature: bytes = b""

    def payload(self) -> bytes:
        """The signed bytes: every other field in order, each behind its four-byte length."""
        values = [_bytes(getattr(self, name)) for name in FIELDS[:-1]]
        fields = [b"portal audit seal 1", *values]
        return b"".join(struct.pack(">I", len(field)) + field for field in fields)

    def hash(self) -> bytes:
        """The hash of this seal for the next one; the signature is in it."""
        return sha256(self.payload() + self.signature).digest()

    def signed(self, key: Ed25519PrivateKey) -> "Seal":
        """This seal with its signature."""
        unsigned = replace(self, public_key=key.public_key().public_bytes_raw())
        return replace(unsigned, signature=key.sign(unsigned.payload()))

    def is_genuine(self) -> bool:
        """Whether the key it names signed what it says."""
        try:
            key = Ed25519PublicKey.from_public_bytes(self.public_key)
            key.verify(self.signature, self.payload())
        except (InvalidSignature, ValueError):
            return False
        return True


FIELDS = tuple(Seal.__dataclass_fields__)
READ = """
    SELECT number, epoch, kind,
      (extract(epoch FROM sealed_at) * 1000000)::bigint AS sealed_at,
      from_xid::text::bigint AS from_xid, until_xid::text::bigint AS until_xid,
      next_xid::text::bigint AS next_xid, first_id, last_id, entries,
      root, previous, public_key, about, signature
    FROM audit_seals
"""
LAST = text(READ + "ORDER BY number DESC LIMIT 1")
AFTER = text(READ + "WHERE number > :number ORDER BY number LIMIT :many")
ONE = text(READ + "WHERE number = :number")
WRITE = text("""
    INSERT INTO audit_seals (
      number, epoch, kind, sealed_at, from_xid, until_xid, next_xid, first_id, last_id, entries,
      root, previous, public_key, about, signature)
    VALUES (
      :number, :epoch, :kind, timestamptz 'epoch' + :sealed_at * interval '1 microsecond',
      CAST(CAST(:from_xid AS text) AS xid8), CAST(CAST(:until_xid AS text) AS xid8),
      CAST(CAST(:next_xid AS text) AS xid8), :first_id, :last_id, :entries,
      :root, :previous, :public_key, :about, :signature)
""")


def last_seal() -> Seal | None:
    """The newest."""
    row = session.execute(LAST).one_or_none()
    return Seal(**row._mapping) if row else None


def get_seal(number: int) -> Seal:
    """The one of this number."""
    return Seal(**session.execute(ONE, {"number": number}).one()._mapping)


def seals_after(number: int, *, many: int) -> list[Seal]:
    """The next so many, in order."""
    rows = session.execute(AFTER, {"number": number, "many": many})
    return [Seal(**row._mapping) for row in rows]


def last_before_epoch(epoch: int) -> int:
    """The number of the last seal before that epoch."""
    query = text("SELECT max(number) FROM audit_seals WHERE epoch < :epoch")
    return session.scalar(query, {"epoch": epoch}) or 0


def write(seal: Seal) -> None:
    """Add a seal to the chain; two of one number cannot be."""
    values: dict[str, Any] = {name: getattr(seal, name) for name in FIELDS}
    session.execute(WRITE, values)


def part_leaf(tenant_id: int, entries: int, root: bytes) -> bytes:
    """The leaf for one clinic's part of a seal."""
    return sha256(PART + struct.pack(">qq", tenant_id, entries) + root).digest()


def root_of(parts: Iterable[tuple[int, int, bytes]]) -> bytes:
    """A seal's root, over its parts (tenant, entries, root)."""
    return merkle.root([part_leaf(*part) for part in sorted(parts)])


def moment(microseconds: int) -> datetime:
    """Microseconds since 1970 as an aware instant in UTC."""
    return _EPOCH + microseconds * _MICROSECOND


def microseconds(instant: datetime) -> int:
    """An aware instant as microseconds since 1970."""
    return (instant - _EPOCH) // _MICROSECOND


def signing_key(folder: Path, *, make: bool) -> Ed25519PrivateKey | None:
    """The worker's signing key; None when there is none and none is to be made.

    Args:
        folder: where the key lies, mode 0400; the web process needs no right to enter it.
        make: whether a missing key is made.
    """
    path = folder / "signing.key"
    if make and not path.exists():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        secret = Ed25519PrivateKey.generate().private_bytes_raw()
        # Another process may make it at the same moment: whoever is first has made it.
        with suppress(FileExistsError):
            file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400)
            with os.fdopen(file, "wb") as out:
                out.write(base64.b64encode(secret) + b"\n")
    if not path.exists():
        return None
    return Ed25519PrivateKey.from_private_bytes(base64.b64decode(path.read_bytes()))


def _bytes(value: int | str | bytes) -> bytes:
    if isinstance(value, int):
        return struct.pack(">q", value)
    return value.encode() if isinstance(value, str) else value
