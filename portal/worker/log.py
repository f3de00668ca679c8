"""The audit log is sealed each minute and verified each day."""

from dataclasses import asdict
from pathlib import Path

from flask import current_app
from sqlalchemy import insert

from portal.audit import commands, heads
from portal.audit.office import Office
from portal.audit.verification import verify
from portal.db import session
from portal.schema.audit import AuditVerification
from portal.tenancy.context import as_worker


def office() -> Office:
    """The application's: in the instance folder."""
    config = current_app.config
    return Office(config["PORTAL_INSTANCE"] / "seals", config["PORTAL_SYSLOG"])


def heads_in(path: Path) -> heads.Heads | None:
    """The heads of a file, None where there is none. Raises BrokenHeads."""
    return heads.read(path) if path.exists() else None


def seal_log() -> None:
    """The worker's job of every minute."""
    commands.seal(office())


def verify_log() -> None:
    """The worker's job of every day: what it found is kept, for the screens to tell."""
    report = verify(heads_in(office().heads))
    found = asdict(report.wrong) if report.wrong else None
    with as_worker():
        values = {"holds": report.holds, "seals": report.seals, "entries": report.entries}
        session.execute(insert(AuditVerification).values(**values, found=found))
    if report.wrong:
        raise LogDoesNotHold(report.wrong.kind)


class LogDoesNotHold(Exception):
    """Verification found a place that is not as it was sealed; `flask audit verify` names it."""
