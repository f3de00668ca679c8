"""Where seals are made and their heads are kept: outside the database."""

from dataclasses import dataclass
from pathlib import Path

from portal.audit import checkpoints, seals
from portal.audit.seals import Seal
from portal.tenancy.context import as_worker
from portal.web.logs import log

MANY = 1000


@dataclass(frozen=True)
class SealStore:
    """A folder that the web process cannot enter, and syslog's address if set."""

    folder: Path
    syslog: str | None = None

    @property
    def checkpoints(self) -> Path:
        """The file of heads."""
        return self.folder / "heads.jsonl"


def publish(store: SealStore) -> None:
    """Write the heads of every seal that the file does not know yet."""
    newest = checkpoints.newest(store.checkpoints)
    known = newest.number if newest else 0
    with as_worker():
        last = seals.last_seal()
        if newest and last and last.epoch > newest.epoch:
            known = min(known, seals.last_before_epoch(newest.epoch + 1))
        while missing := seals.seals_after(known, many=MANY):
            checkpoints.append(store.checkpoints, missing)
            _send(store, missing)
            known = missing[-1].number


def _send(store: SealStore, made: list[Seal]) -> None:
    if not store.syslog:
        return
    try:
        checkpoints.send(store.syslog, made)
    except OSError as error:  # the file has them; a deaf syslog must not stop the sealing
        log.warning("syslog does not take heads", error=type(error).__name__)
