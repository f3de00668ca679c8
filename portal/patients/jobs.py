"""Patients are found by the keys that are used now, and by all of theirs."""

import time
from collections.abc import Callable
from contextlib import suppress
from math import inf

from portal.db import session
from portal.patients.commands.indexing import index_some, mend_some
from portal.phi.keys import KeyUnavailable
from portal.tenancy.clinics import for_each_clinic
from portal.tenancy.context import as_job, enter_job

# The other clinics wait meanwhile; the next round goes on after the last patient.
SECONDS_A_ROUND = 10.0
_looked_at: dict[int, int] = {}


def reindex(tenant_id: int) -> None:
    """Make the search tokens of an older scheme anew, a commit after each hundred patients."""
    _each_hundred(tenant_id, lambda after: index_some(after, stale_only=True))


def mend(tenant_id: int, *, seconds: float = SECONDS_A_ROUND) -> None:
    """Mend the search tokens that are not their patient's, as far as there is time."""
    ends = time.monotonic() + seconds
    begin = _looked_at.pop(tenant_id, 0)

    def some(after: int) -> int | None:
        last = mend_some(after)
        if last is not None and time.monotonic() > ends:
            _looked_at[tenant_id] = last
            return None
        return last

    _each_hundred(tenant_id, some, begin)


def mend_all(tenant_id: int) -> None:
    """Mend the search tokens of every patient, however long it takes."""
    _looked_at.pop(tenant_id, None)
    mend(tenant_id, seconds=inf)


def _each_hundred(tenant_id: int, act: Callable[[int], int | None], begin: int = 0) -> None:
    after: int | None = begin
    # A clinic whose keys were destroyed has nobody to be found.
    with suppress(KeyUnavailable), as_job(tenant_id, "search"):
        while after is not None:
            after = act(after)
            session.commit()
            enter_job(tenant_id, "search")


def reindex_patients() -> None:
    """Find every clinic's patients by the keys that are used now."""
    for_each_clinic(reindex)


def mend_search() -> None:
    """Find patients by all of their keys, some at a time, whoever took some away."""
    for_each_clinic(mend)
