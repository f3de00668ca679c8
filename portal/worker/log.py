"""The audit log is sealed each minute and verified each day."""

from dataclasses import asdict
from pathlib import Path

from flask import current_app
from sqlalchemy import insert

from portal.audit import checkpoints, commands
from portal.audit.seal_store import SealStore
from portal.audit.verification import verify
from portal.db import session
from portal.schema.audit import AuditVerification
from portal.tenancy.context import as_worker


def store() -> SealStore:
    """The application's: in the instance folder."""
    config = current_app.config
    return SealStore(config["PORTAL_INSTANCE"] / "seals", config["PORTAL_SYSLOG"])


def checkpoints_in(path: Path) -> checkpoints.Checkpoints | None:
    """The heads of a file, None where there is none. Raises BrokenHeads."""
    return checkpoints.read(path) if path.exists() else None


def seal_log() -> None:
    """The worker's job of every minute."""
    commands.seal(store())


def verify_log() -> None:
    """The worker's job of every day: what it found is kept, for the screens to tell."""
    report = verify(checkpoints_in(store().checkpoints))
    found = asdict(report.wrong) if report.wrong else None
    with as_worker():
        values = {"holds": report.holds, "seals": report.seals, "entries": report.entries}
        session.execute(insert(AuditVerification).values(**values, found=found))
    if report.wrong:
        raise LogDoesNotHold(report.wrong.kind)


class LogDoesNotHold(Exception):
    """Verification found a place that is not as it was sealed; `flask audit verify` names it."""
