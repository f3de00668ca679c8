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
from portal.tenancy.context import facts


def begin_rotation() -> None:
    """Make the next version of each key, unless one is being exchanged already."""
    for purpose in PURPOSES:
        keys = _locked(purpose)
        if all(key.active or key.retired_at for key in keys):
            if purpose == "data":
                _deactivate(keys)
            make_key(facts().tenant_id, purpose, version=keys[-1].version + 1,
                     active=purpose == "data")  # fmt: skip


def switch_index() -> None:
    """Search by the newest index key from now on; the one before it is still written with."""
    keys = _locked("index")
    if not keys[-1].active:
        _deactivate(keys)
        keys[-1].active = True
        session.flush()


def retire(purpose: str) -> None:
    """Use the versions before the active one no longer."""
    session.execute(
        update(TenantKey)
        .where(
            TenantKey.tenant_id == facts().tenant_id,
            TenantKey.purpose == purpose,
            TenantKey.active.is_(False),
            TenantKey.retired_at.is_(None),
        )
        .values(retired_at=clock.now())
    )


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


def destroy_keys() -> None:
    """Make everything that the tenant has sealed unreadable, for good."""
    session.execute(delete(TenantKey).where(TenantKey.tenant_id == facts().tenant_id))
    ring().forget(facts().tenant_id)


def _locked(purpose: str) -> Sequence[TenantKey]:
    """The versions of a key, the oldest first."""
    keys = session.scalars(
        select(TenantKey)
        .where(TenantKey.tenant_id == facts().tenant_id, TenantKey.purpose == purpose)
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
