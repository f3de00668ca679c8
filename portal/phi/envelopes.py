"""Envelopes: how one field of a patient lies on the disk.

    version 1 | algorithm 1 | key version 2 | nonce 12 | ciphertext 32, 64, ... | tag 16 bytes

AES-256-GCM (NIST SP 800-38D). The header and the place (tenant, table, column, row) are
authenticated with the ciphertext, so an envelope opens in the place it was sealed for and nowhere
else. The plaintext is padded to a power of two, so that its length says little about a name.
"""

import os
import struct
from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

VERSION = 1
AES_256_GCM = 1
SMALLEST = 32
LARGEST = 1 << 24
_HEADER = struct.Struct(">BBH")
_LENGTH = struct.Struct(">I")
_NONCE = 12
_TAG = 16
# What an envelope says of its format and key is the same for most of a column.
HEADER = _HEADER.size
OVERHEAD = _HEADER.size + _NONCE + _TAG


Unsealing = Callable[[bytes, bytes], bytes]


class EnvelopeError(Exception):
    """The envelope does not open: damaged, moved from another place, or sealed with another key."""


@dataclass(frozen=True, slots=True)
class Binding:
    """Where an envelope belongs. It opens nowhere else."""

    tenant_id: int
    table: str
    column: str
    row_uid: UUID

    def bound(self) -> bytes:
        """The place as bytes to authenticate."""
        return bound_to(self.tenant_id, self.table, self.column) + self.row_uid.bytes


def bound_to(tenant_id: int, table: str, column: str) -> bytes:
    """A place but for its row; every part is of fixed length or ends with NUL."""
    return struct.pack(">q", tenant_id) + f"{table}\0{column}\0".encode()


def seal(cipher: AESGCM, key_version: int, binding: Binding, plaintext: bytes) -> bytes:
    """An envelope around the plaintext, with a fresh random nonce."""
    header = _HEADER.pack(VERSION, AES_256_GCM, key_version)
    nonce = os.urandom(_NONCE)
    return header + nonce + cipher.encrypt(nonce, _padded(plaintext), header + binding.bound())


def key_version_of(envelope: bytes) -> int:
    """The version of the data key that sealed the envelope."""
    if len(envelope) < OVERHEAD + SMALLEST:
        raise EnvelopeError("too short")
    version, algorithm, key_version = _HEADER.unpack_from(envelope)
    if (version, algorithm) != (VERSION, AES_256_GCM):
        raise EnvelopeError("unknown format")
    return int(key_version)


def unseal(cipher: AESGCM, binding: Binding, envelope: bytes) -> bytes:
    """The plaintext of an envelope whose `key_version_of` is the cipher's."""
    bound = bound_to(binding.tenant_id, binding.table, binding.column)
    return unsealing(cipher, envelope[:HEADER], bound)(binding.row_uid.bytes, envelope)


def unsealing(cipher: AESGCM, header: bytes, bound: bytes) -> Unsealing:
    """Opens the envelopes of one column that have this header: a page opens hundreds.

    It takes the bytes of a row's `row_uid`, and the envelope.

    Args:
        cipher: the column's, of the version that the header names.
        header: the first HEADER bytes of such an envelope; they are authenticated with each.
        bound: `bound_to` the column.
    """
    decrypt, start, unpacked = cipher.decrypt, header + bound, _LENGTH.unpack_from

    def unseal_row(row_uid: bytes, envelope: bytes) -> bytes:
        try:
            padded = decrypt(envelope[4:16], envelope[16:], start + row_uid)
        except (InvalidTag, ValueError):
            raise EnvelopeError("not sealed here with this key") from None
        (length,) = unpacked(padded)
        return padded[4 : 4 + length]

    return unseal_row


def _padded(plaintext: bytes) -> bytes:
    size = SMALLEST
    while size < _LENGTH.size + len(plaintext):
        size *= 2
    if size > LARGEST:
        raise ValueError("too long for one field")
    return (_LENGTH.pack(len(plaintext)) + plaintext).ljust(size, b"\0")
