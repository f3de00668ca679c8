"""Numbers for /metrics, asked at each scrape: over all clinics, about nobody."""

from collections.abc import Iterator

from sqlalchemy import func, select, text

from portal.db import session
from portal.tenancy.models import WorkerHeartbeat

AUDIT_STATE = text("""
    SELECT extract(epoch FROM now() - sealed_at) AS seal_age, holds FROM audit_state()
""")


def measured() -> Iterator[tuple[str, str, dict[str, str], float]]:
    """Name, words, labels, value."""
    counted = session.execute(text("SELECT * FROM measures()")).one()
    yield ("portal_live_sessions", "Signed-in browsers.", {}, counted.live_sessions)
    yield (
        "portal_waiting_sign_ins",
        "Accounts and addresses that have to wait before the next try.",
        {},
        counted.waiting_sign_ins,
    )
    yield from _of_the_log()
    age = func.extract("epoch", func.now() - WorkerHeartbeat.beat_at)
    failing = WorkerHeartbeat.failed_at.is_not(None)
    late = func.extract("epoch", func.now() - WorkerHeartbeat.due_by)
    statement = select(WorkerHeartbeat.job, age, failing, func.greatest(late, 0))
    for job, seconds, failed, over in session.execute(
        statement.order_by(WorkerHeartbeat.job).limit(100)
    ):
        description = "How long ago the worker last began a job, whether or not it then failed."
        yield ("portal_job_age_seconds", description, {"job": job}, float(seconds))
        description = "1 when a job failed the last time, for the portal or for one clinic."
        yield ("portal_job_failing", description, {"job": job}, float(failed))
        description = (
            "For how long a job that is at work should have been done; 0 where it is in time."
        )
        yield ("portal_job_late_seconds", description, {"job": job}, float(over))


def _of_the_log() -> Iterator[tuple[str, str, dict[str, str], float]]:
    """Numbers of the log; one that has never been is left out: to Prometheus, absent."""
    state = session.execute(AUDIT_STATE).one()
    if state.seal_age is not None:
        description = "How long ago the audit log was last sealed."
        yield ("portal_audit_seal_age_seconds", description, {}, float(state.seal_age))
    if state.holds is not None:
        description = "1 when the last verification of the audit log held, 0 when it did not."
        yield ("portal_audit_log_holds", description, {}, float(state.holds))
