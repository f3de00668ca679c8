"""Keys: one that only the operator has, two for each tenant under it, one for each column.

key-encryption key (file or environment, never the database)
  wraps, for each tenant:  data key, versioned   -> HKDF -> a key for each column
                           index key, versioned  -> search tokens
"""

import hmac
import os
import struct
import time
from dataclasses import dataclass, field
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from flask import current_app
from sqlalchemy import select

from portal.db import session
from portal.phi.models import TenantKey

KEY_BYTES = 32
# Other processes learn of a new or destroyed key within this time.
REMEMBERED_SECONDS = 60
_NONCE = 12


class KeyUnavailable(Exception):
    """A tenant's key is missing, destroyed, or not wrapped by this key-encryption key."""


class KeyEncryptionKey(Protocol):
    """What wraps tenants' keys: the process's own key here, a key service elsewhere."""

    def wrap(self, key: bytes, about: bytes) -> bytes:
        """The key, unreadable, bound to what it is about."""

    def unwrap(self, wrapped: bytes, about: bytes) -> bytes:
        """The key that `wrap` was given. Raises KeyUnavailable."""


class LocalKey:
    """A key-encryption key held by the process (AES-256-GCM)."""

    def __init__(self, kek: bytes) -> None:
        self._cipher = AESGCM(derived(kek, b"portal wrapping"))

    def wrap(self, key: bytes, about: bytes) -> bytes:
        """Nonce, ciphertext and tag."""
        nonce = os.urandom(_NONCE)
        return nonce + self._cipher.encrypt(nonce, key, about)

    def unwrap(self, wrapped: bytes, about: bytes) -> bytes:
        """The key that `wrap` was given. Raises KeyUnavailable."""
        try:
            return self._cipher.decrypt(wrapped[:_NONCE], wrapped[_NONCE:], about)
        except (InvalidTag, ValueError):
            raise KeyUnavailable("wrapped by another key-encryption key") from None


@dataclass(slots=True)
class TenantKeys:
    """One tenant's unwrapped keys, and the column ciphers already derived from them."""

    data: dict[int, bytes]
    active: int
    index: bytes
    loaded_at: float
    _ciphers: dict[tuple[int, str, str], AESGCM] = field(default_factory=dict)

    def cipher(self, version: int, table: str, column: str) -> AESGCM:
        """The cipher of one column under one version of the data key."""
        found = self._ciphers.get((version, table, column))
        if found is None:
            if version not in self.data:
                raise KeyUnavailable(f"no data key of version {version}")
            found = AESGCM(derived(self.data[version], f"{table}.{column}".encode()))
            self._ciphers[version, table, column] = found
        return found


class KeyRing:
    """The process's keys: the key-encryption key, and what it has unwrapped lately."""

    def __init__(self, kek: KeyEncryptionKey) -> None:
        self.kek = kek
        self._tenants: dict[int, TenantKeys] = {}

    def of(self, tenant_id: int) -> TenantKeys:
        """The keys of the tenant that the present transaction has entered."""
        found = self._tenants.get(tenant_id)
        if found is None or time.monotonic() - found.loaded_at > REMEMBERED_SECONDS:
            found = self._tenants[tenant_id] = self._load(tenant_id)
        return found

    def forget(self, tenant_id: int) -> None:
        """Ask the database again: the tenant's keys have changed."""
        self._tenants.pop(tenant_id, None)

    def _load(self, tenant_id: int) -> TenantKeys:
        self._tenants.pop(tenant_id, None)
        rows = session.scalars(select(TenantKey).where(TenantKey.tenant_id == tenant_id)).all()
        unwrapped = {
            (row.purpose, row.version): self.kek.unwrap(
                row.wrapped_key, about(tenant_id, row.purpose, row.version)
            )
            for row in rows
        }
        active = {row.purpose: row.version for row in rows if row.active}
        if active.keys() < {"data", "index"}:
            raise KeyUnavailable("the tenant has no keys")
        return TenantKeys(
            data={
                version: key for (purpose, version), key in unwrapped.items() if purpose == "data"
            },
            active=active["data"],
            index=unwrapped["index", active["index"]],
            loaded_at=time.monotonic(),
        )


def ring() -> KeyRing:
    """The application's key ring, made from its key-encryption key when first asked for."""
    found: KeyRing | None = current_app.extensions.get("portal_keys")
    if found is None:
        found = KeyRing(LocalKey(current_app.config["PORTAL_KEY"]))
        current_app.extensions["portal_keys"] = found
    return found


def about(tenant_id: int, purpose: str, version: int) -> bytes:
    """What a wrapped key is bound to."""
    return struct.pack(">qI", tenant_id, version) + purpose.encode()


def derived(key: bytes, purpose: bytes) -> bytes:
    """A key for one purpose (HKDF-SHA-256, RFC 5869)."""
    return HKDF(hashes.SHA256(), KEY_BYTES, salt=None, info=purpose).derive(key)


def process_key(kek: bytes) -> bytes:
    """The key by which the database tells this application from any other SQL client."""
    return derived(kek, b"portal process")


def proof(key: bytes, message: bytes) -> bytes:
    """HMAC-SHA-256 of a message under the process key."""
    return hmac.digest(key, message, "sha256")
