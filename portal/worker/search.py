"""Patients are found by the keys that are used now."""

from contextlib import suppress

from portal.db import session
from portal.patients.commands import index_some
from portal.phi.keys import KeyUnavailable
from portal.tenancy.context import as_job, enter_job


def reindex(tenant_id: int) -> None:
    """Make the search tokens of an older scheme anew, a commit after each hundred patients."""
    after: int | None = 0
    # A clinic whose keys were destroyed has nobody to be found.
    with suppress(KeyUnavailable), as_job(tenant_id, "search"):
        while after is not None:
            after = index_some(after, stale_only=True)
            session.commit()
            enter_job(tenant_id, "search")
