"""Making a tenant's keys."""

import os

from portal.db import session
from portal.phi.keys import KEY_BYTES, about, ring
from portal.phi.models import TenantKey

PURPOSES = ("data", "index")


def create_keys(tenant_id: int) -> None:
    """Give a new tenant its data key and its index key. The transaction has entered the tenant."""
    keys = ring()
    for purpose in PURPOSES:
        wrapped = keys.kek.wrap(os.urandom(KEY_BYTES), about(tenant_id, purpose, 1))
        session.add(TenantKey(purpose=purpose, version=1, wrapped_key=wrapped, active=True))
    session.flush()
    keys.forget(tenant_id)
