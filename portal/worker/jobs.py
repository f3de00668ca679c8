"""The jobs: what is done, how often, and within what time."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import text

from portal.appointments.commands import sweep_holds
from portal.auth.once import forget_submissions
from portal.availability.jobs import roll_horizon
from portal.db import session
from portal.patients.jobs import mend, reindex
from portal.patients.rules.finding import SCHEME
from portal.sheets.commands import expire as expire_uploads
from portal.tenancy.clinics import for_each_clinic, under
from portal.tenancy.context import as_worker
from portal.undoing.commands import forget_acts
from portal.worker import demo, exports
from portal.worker.log import seal_log, verify_log

AUDIT_MONTHS_AHEAD = 13
AUDIT_PARTITIONS = text("SELECT audit_partitions((now() AT TIME ZONE 'UTC')::date, :months)")


@dataclass(frozen=True)
class Job:
    """Work to be done again and again, at least `every` seconds apart, each `within` seconds."""

    name: str
    every: int
    run: Callable[[], None]
    within: int = 900


def make_audit_partitions() -> None:
    """The audit log's months, a year ahead."""
    with as_worker():
        session.execute(AUDIT_PARTITIONS, {"months": AUDIT_MONTHS_AHEAD})


def sweep_expired_holds() -> None:
    """Every clinic's holds that nobody's booking has swept away yet."""
    for_each_clinic(under("slots", sweep_holds))


def forget_uploads() -> None:
    """Every clinic's files that nobody came back for."""
    for_each_clinic(under("uploads", expire_uploads))


def forget_forms() -> None:
    """Every clinic's forms that were sent, and acts that could be taken back, days ago."""
    for_each_clinic(under("forms", forget_submissions))
    for_each_clinic(under("acts", forget_acts))


def reindex_patients() -> None:
    """Find every clinic's patients by the keys that are used now."""
    for_each_clinic(reindex)


def mend_search() -> None:
    """Find patients by all of their keys, some at a time, whoever took some away."""
    for_each_clinic(mend)


JOBS = (
    Job("audit-partitions", 86_400, make_audit_partitions),
    # More than daily, because midnight comes at another hour in each time zone.
    Job("slots", 3_600, roll_horizon),
    # Each minute: the fourth look after the last.
    Job("holds", 50, sweep_expired_holds),
    Job("uploads", 3_600, forget_uploads),
    Job("forms", 3_600, forget_forms),
    # A scheme of its own is a job of its own: due at once where it was never run.
    Job(f"patient-search-{SCHEME}", 3_600, reindex_patients),
    Job("patient-search", 3_600, mend_search),
    Job("audit-seals", 50, seal_log),
    Job("exports", 10, exports.make_exports),
    Job("demo", 10, demo.look_after),
    # All of the log, however long it is.
    Job("audit-verification", 86_400, verify_log, within=21_600),
)
