"""Exchanging a tenant's keys, a step a transaction; what is left to do stands in `tenant_keys`.

A data key seals from the moment it is made, and the version before it is retired when no envelope
uses it. An index key is first only written with, then searched by, and the one before it is
retired when nobody searches by it any more. A retired data key stays: the audit log keeps
envelopes that it sealed, and a process that has not heard of its successor may still seal with it.
"""

from collections.abc import Sequence

from sqlalchemy import delete, select, update

from portal import clock
from portal.db import session
from portal.phi.commands.making import PURPOSES, make_key
from portal.phi.keys import KeyEncryptionKey, KeyUnavailable, WrappedByAnother, about, ring
from portal.phi.models import TenantKey
from portal.tenancy.context import request_context


def begin_rotation() -> dict[str, int]:
    """Make the next version of each key, unless an exchange is under way; those made.

    The data key's part ends first, so an exchange is over when no part of it is left.
    """
    every = {purpose: _locked(purpose) for purpose in PURPOSES}
    if not all(key.active or key.retired_at for keys in every.values() for key in keys):
        return {}
    _deactivate(every["data"])
    made = {purpose: keys[-1].version + 1 for purpose, keys in every.items()}
    for purpose, version in made.items():
        make_key(request_context().tenant_id, purpose, version=version, active=purpose == "data")
    return made


def switch_index() -> None:
    """Search by the newest index key from now on; the one before it is still written with."""
    keys = _locked("index")
    if not keys[-1].active:
        _deactivate(keys)
        keys[-1].active = True
        session.flush()


def retire(purpose: str) -> list[int]:
    """Use the versions before the active one no longer; those that were in use until now."""
    retired = session.scalars(
        update(TenantKey)
        .where(
            TenantKey.tenant_id == request_context().tenant_id,
            TenantKey.purpose == purpose,
            TenantKey.active.is_(False),
            TenantKey.retired_at.is_(None),
        )
        .values(retired_at=clock.real())
        .returning(TenantKey.version)
    )
    return sorted(retired)


def rewrap_keys(new: KeyEncryptionKey) -> None:
    """Wrap the tenant's keys by another key-encryption key; those it wraps already stay.

    Raises:
        WrappedByAnother: neither unwraps one of them.
    """
    for purpose in PURPOSES:
        for key in _locked(purpose):
            bound = about(key.tenant_id, key.purpose, key.version)
            try:
                key.wrapped_key = new.wrap(ring().kek.unwrap(key.wrapped_key, bound), bound)
            except WrappedByAnother:
                new.unwrap(key.wrapped_key, bound)
    session.flush()


def destroy_keys() -> int:
    """Make everything that the tenant has sealed unreadable, for good; how many keys there were."""
    every = delete(TenantKey).where(TenantKey.tenant_id == request_context().tenant_id)
    gone = session.scalars(every.returning(TenantKey.id)).all()
    ring().forget(request_context().tenant_id)
    return len(gone)


def _locked(purpose: str) -> Sequence[TenantKey]:
    """The versions of a key, the oldest first."""
    keys = session.scalars(
        select(TenantKey)
        .where(TenantKey.tenant_id == request_context().tenant_id, TenantKey.purpose == purpose)
        .order_by(TenantKey.version)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    if not keys:
        raise KeyUnavailable("the tenant has no keys")
    return keys


def _deactivate(keys: Sequence[TenantKey]) -> None:
    for key in keys:
        key.active = False
    session.flush()
