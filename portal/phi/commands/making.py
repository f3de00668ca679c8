"""Making a tenant's keys."""

import os

from portal.db import session
from portal.phi.keys import KEY_BYTES, about, ring
from portal.phi.models import TenantKey

PURPOSES = ("data", "index")


def create_keys(tenant_id: int) -> None:
    """Give a new tenant its data key and its index key. The transaction has entered the tenant."""
    for purpose in PURPOSES:
        make_key(tenant_id, purpose, version=1, active=True)
    ring().forget(tenant_id)


def make_key(tenant_id: int, purpose: str, *, version: int, active: bool) -> None:
    """One random key, wrapped."""
    wrapped = ring().kek.wrap(os.urandom(KEY_BYTES), about(tenant_id, purpose, version))
    session.add(TenantKey(purpose=purpose, version=version, wrapped_key=wrapped, active=active))
    session.flush()
