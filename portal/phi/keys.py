"""Keys: one that only the operator has, two for each tenant under it, one for each column.

key-encryption key (file or environment, never the database)
  wraps, for each tenant:  data key, versioned   -> HKDF -> a key for each column
                           index key, versioned  -> search tokens
"""

import hmac
import os
import struct
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

import structlog
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from flask import current_app
from sqlalchemy import select

from portal.db import require_own_statements, session
from portal.phi.models import TenantKey

log = structlog.get_logger()

KEY_BYTES = 32
# Other processes learn of a new or destroyed key within this time.
REMEMBERED_SECONDS = 60
_NONCE = 12


class KeyUnavailable(Exception):
    """A tenant's key is missing, destroyed, or not wrapped by this key-encryption key."""


class WrappedByAnother(KeyUnavailable):
    """The key is there, and this key-encryption key does not unwrap it."""


class KeyEncryptionKey(Protocol):
    """Wraps tenants' keys: the process's own key here, a key service elsewhere."""

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
            raise WrappedByAnother("wrapped by another key-encryption key") from None


@dataclass(slots=True)
class TenantKeys:
    """One tenant's unwrapped keys, and the column ciphers already derived from them.

    Attributes:
        data: every version of the data key. A retired one seals nothing and stays, since the
            audit log keeps what it sealed; so whatever a process seals by an old version opens.
        active: the version that seals.
        index: the index key by which is searched.
        loaded_at: when the database was asked, in seconds of the monotonic clock.
        other_indexes: index keys under which tokens are kept as well, while they are exchanged.
    """

    data: dict[int, bytes]
    active: int
    index: bytes
    loaded_at: float
    other_indexes: tuple[bytes, ...] = ()
    _unknown: set[int] = field(default_factory=set)
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

    def is_old(self) -> bool:
        """Whether the database has to be asked again."""
        return time.monotonic() - self.loaded_at > REMEMBERED_SECONDS

    def may_lack(self, version: int | None) -> bool:
        """Whether this version may have been made since the database was asked."""
        return version is not None and version not in self.data and version not in self._unknown

    def lacks(self, version: int | None) -> None:
        """Remember a version that the database does not have either."""
        if version is not None and version not in self.data:
            self._unknown.add(version)


class KeyRing:
    """The process's keys: the key-encryption key, and what it has unwrapped lately."""

    def __init__(self, kek: KeyEncryptionKey) -> None:
        self.kek = kek
        self._tenants: dict[int, TenantKeys] = {}

    def of(self, tenant_id: int, *, version: int | None = None) -> TenantKeys:
        """The keys of the tenant that the present transaction has entered.

        Args:
            tenant_id: the tenant.
            version: a version of the data key that is wanted: one that another process has made
                meanwhile is asked for at once, and one that does not exist only once.
        """
        found = self._tenants.get(tenant_id)
        if found is None or found.is_old() or found.may_lack(version):
            found = self._tenants[tenant_id] = self._load(tenant_id)
            found.lacks(version)
        return found

    def forget(self, tenant_id: int) -> None:
        """Ask the database again: the tenant's keys have changed."""
        self._tenants.pop(tenant_id, None)

    def _load(self, tenant_id: int) -> TenantKeys:
        known = self._tenants.pop(tenant_id, None)
        rows = session.scalars(
            select(TenantKey)
            .where(TenantKey.tenant_id == tenant_id)
            .order_by(TenantKey.version)
            .execution_options(populate_existing=True)
        ).all()
        # What is remembered outlives a request that is refused.
        require_own_statements()
        try:
            return self._unwrapped(tenant_id, rows)
        except WrappedByAnother:
            # The key-encryption key was exchanged under this process: what it has unwrapped
            # stays right until it is started again with the new one.
            if known is None:
                raise
            log.warning("keys.rewrapped", tenant_id=tenant_id)
            return replace(known, loaded_at=time.monotonic())

    def _unwrapped(self, tenant_id: int, rows: Sequence[TenantKey]) -> TenantKeys:
        keys = {
            (row.purpose, row.version): self.kek.unwrap(
                row.wrapped_key, about(tenant_id, row.purpose, row.version)
            )
            for row in rows
        }
        active = {row.purpose: row.version for row in rows if row.active}
        if active.keys() < {"data", "index"}:
            raise KeyUnavailable("the tenant has no keys")
        exchanged = [
            row.version
            for row in rows
            if row.purpose == "index" and not row.active and row.retired_at is None
        ]
        return TenantKeys(
            data={version: key for (purpose, version), key in keys.items() if purpose == "data"},
            active=active["data"],
            index=keys["index", active["index"]],
            loaded_at=time.monotonic(),
            other_indexes=tuple(keys["index", version] for version in exchanged),
        )


def ring() -> KeyRing:
    """The application's key ring, made from its key-encryption key when first asked for."""
    found: KeyRing | None = current_app.extensions.get("portal_keys")
    if found is None:
        found = KeyRing(LocalKey(current_app.config["PORTAL_KEY"]))
        current_app.extensions["portal_keys"] = found
    return found


def about(tenant_id: int, purpose: str, version: int) -> bytes:
    """The context that a wrapped key is bound to."""
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
