"""A job that is done clinic by clinic: none keeps the others waiting."""

import time
from collections.abc import Callable

from sqlalchemy import text

from portal.db import session, state
from portal.tenancy.context import as_job, as_worker
from portal.web.logs import log_failure

# So long the other clinics wait for one; the next round goes on with it.
SECONDS_A_CLINIC = 60.0


class ClinicsFailed(Exception):
    """A job failed for these tenants, and was done for the others."""


def for_each_clinic(work: Callable[[int], None], *, after: int = 0) -> None:
    """Do it for every active tenant: what fails for one is logged and keeps nobody else waiting.

    Args:
        work: what is done, with the tenant's id.
        after: the tenant who comes last, since the round before had its time.

    Raises:
        ClinicsFailed: at the end, when it failed for some.
    """
    failed = []
    for tenant_id in sorted(_active_tenants(), key=lambda each: (each <= after, each)):
        state().works_until = time.monotonic() + SECONDS_A_CLINIC
        try:
            work(tenant_id)
        except Exception as error:
            session.rollback()
            log_failure(error, tenant_id=tenant_id)
            failed.append(tenant_id)
        finally:
            state().works_until = None
    if failed:
        raise ClinicsFailed(failed)


def under(name: str, act: Callable[[], object]) -> Callable[[int], None]:
    """Run for one clinic, in one transaction under the job's name."""

    def work(tenant_id: int) -> None:
        with as_job(tenant_id, name):
            act()

    return work


def _active_tenants() -> list[int]:
    with as_worker():
        directory = session.execute(text("SELECT id, status FROM tenant_directory()"))
        return [row.id for row in directory if row.status == "active"]
