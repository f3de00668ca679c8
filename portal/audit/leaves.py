"""The canonical form of an entry, which is what gets hashed.

An entry is its fields in the order of FIELDS: a two-byte count, then for each field a four-byte
length and its bytes, or the length -1 for NULL; big-endian. That is what COPY ... (FORMAT binary)
sends, so a hundred thousand entries need no work in Python but their hashes. Numbers are eight
bytes, instants microseconds since 1970, everything else UTF-8 text; jsonb's own text has one
spelling for each value.

In a seal's list an entry takes 48 bytes: id, instant, and the SHA-256 of all that follows them.
"""

import struct
from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import Any

import psycopg
from psycopg import sql

LEAF = b"\x00"
ITEM = 48

FIELDS = {
    "id": "id",
    "occurred_at": "(extract(epoch FROM occurred_at) * 1000000)::bigint",
    "xid": "xid::text::bigint",
    "tenant_id": "tenant_id",
    "user_id": "user_id",
    "session_id": "session_id",
    "record_id": "record_id",
    "patient_id": "patient_id",
    "actor": "actor",
    "request_id": "request_id::text",
    "action_type": "action_type",
    "table_name": "table_name",
    "old_values": "old_values::text",
    "new_values": "new_values::text",
    "outcome": "outcome",
    "reason": "reason",
    "ip": "ip",
    "user_agent": "user_agent",
}
SELECT = sql.SQL(
    "SELECT " + ", ".join(FIELDS.values()) + " FROM user_action_audit_log WHERE "  # noqa: S608 - ours
)
# Of one entry in its canonical form: where the id, the instant and the transaction's id lie.
_ID, _INSTANT, _REST, _XID = slice(6, 14), slice(18, 26), slice(26, None), slice(30, 38)
_SIGNATURE_BYTES = 19


def read(
    connection: psycopg.Connection[Any], where: sql.Composable
) -> Iterator[tuple[bytes, int, int]]:
    """Every entry that the entered tenant may see: its item, its instant and its xid.

    Args:
        connection: one whose transaction has entered a tenant; it is busy until the end.
        where: the condition, its values already in it (COPY takes no parameters).
    """
    copy = sql.SQL("COPY ({}{}) TO STDOUT (FORMAT binary)").format(SELECT, where)
    number = int.from_bytes
    with connection.cursor() as cursor, cursor.copy(copy) as rows:
        for entry in _entries(rows):
            instant = entry[_INSTANT]
            item = entry[_ID] + instant + sha256(entry[_REST]).digest()
            yield item, number(instant, "big", signed=True), number(entry[_XID], "big")


def _entries(rows: psycopg.Copy) -> Iterator[bytes]:
    """The entries alone. The server sends one message a row (PostgreSQL's protocol, COPY
    Operations); the first also holds the signature, the last is the end mark."""
    first = True
    for message in rows:
        entry = bytes(message)
        if first:
            entry, first = entry[_SIGNATURE_BYTES:], False
        if len(entry) > 2:
            yield entry


def encode(entry: Mapping[str, int | str | None]) -> bytes:
    """The canonical form of an entry given as values by field."""
    parts = [struct.pack(">h", len(FIELDS))]
    for name in FIELDS:
        value = entry[name]
        if value is None:
            parts.append(struct.pack(">i", -1))
            continue
        field = struct.pack(">q", value) if isinstance(value, int) else value.encode()
        parts.append(struct.pack(">i", len(field)) + field)
    return b"".join(parts)


def item_of(canonical: bytes) -> bytes:
    """A seal's list item of an entry in its canonical form."""
    return canonical[_ID] + canonical[_INSTANT] + sha256(canonical[_REST]).digest()


def leaf(item: bytes) -> bytes:
    """The leaf of a Merkle tree for one item."""
    return sha256(LEAF + item).digest()


def items_in(listed: bytes) -> list[bytes]:
    """A seal's list, cut into its items."""
    return [listed[at : at + ITEM] for at in range(0, len(listed), ITEM)]


def id_of(item: bytes) -> int:
    """The entry's id."""
    return int.from_bytes(item[:8], "big")


def instant_of(item: bytes) -> int:
    """The entry's instant, in microseconds since 1970."""
    return int.from_bytes(item[8:16], "big", signed=True)
