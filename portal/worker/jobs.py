"""The jobs: what is done, how often, and within what time."""

from sqlalchemy import text

from portal.auth.once import forget_submissions
from portal.db import session
from portal.registry.area import areas
from portal.registry.jobs import Job
from portal.tenancy.clinics import for_each_clinic, under
from portal.tenancy.context import as_worker
from portal.undoing.commands import forget_acts
from portal.worker import demo
from portal.worker.log import seal_log, verify_log

AUDIT_MONTHS_AHEAD = 13
AUDIT_PARTITIONS = text("SELECT audit_partitions((now() AT TIME ZONE 'UTC')::date, :months)")


def make_audit_partitions() -> None:
    """The audit log's months, a year ahead."""
    with as_worker():
        session.execute(AUDIT_PARTITIONS, {"months": AUDIT_MONTHS_AHEAD})


def forget_forms() -> None:
    """Every clinic's forms that were sent, and acts that could be taken back, days ago."""
    for_each_clinic(under("forms", forget_submissions))
    for_each_clinic(under("acts", forget_acts))


# Of the floors below the areas: what the areas' jobs need comes first, what is long last.
FIRST = (Job("audit-partitions", 86_400, make_audit_partitions),)
LAST = (
    Job("forms", 3_600, forget_forms),
    Job("audit-seals", 50, seal_log),
    Job("demo", 10, demo.look_after),
    # All of the log, however long it is.
    Job("audit-verification", 86_400, verify_log, within=21_600),
)


def jobs() -> tuple[Job, ...]:
    """All there are, in the order in which they are looked at."""
    return FIRST + areas().jobs + LAST
