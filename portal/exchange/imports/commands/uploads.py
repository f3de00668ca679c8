"""Files that wait for their import: brought, imported, discarded, or forgotten after a day."""

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from io import BufferedReader, BytesIO
from typing import Any

from sqlalchemy import text

from portal import clock
from portal.audit.notes import note
from portal.csv_reader import FileRefused, LineResult, Record, RejectedLine, read_table
from portal.db import session
from portal.errors import N_, Conflict, DomainError, refusing
from portal.exchange.imports.commands.importing import import_records
from portal.patients.rules.table import DateOrder
from portal.phi.sealed import Unreadable
from portal.schema.uploads import Upload
from portal.tenancy.context import request_context

LARGEST_FILE = 8 * 1024 * 1024
# The database counts (a trigger of the table); here is what to say.
MOST_WAITING = 20
WAITS = timedelta(days=1)
# What somebody waits for before a screen: each row has its fate told, none is left out.
MOST_ROWS = 10_000
# A cell may have several lines. Lines that hold nothing are no rows, and are read all the same.
MOST_LINES = 20 * MOST_ROWS

SWEEP = text("""
    UPDATE uploads SET status = 'expired', content = NULL, ended_at = :now
     WHERE tenant_id = :tenant_id AND status = 'waiting' AND created_at < :before
""")


class FileTooLarge(DomainError):
    message = N_("The file is larger than %(most)s MB. Split it, or have it imported by command.")
    field = "file"


class TooManyWaiting(DomainError):
    message = N_("%(count)s files wait for their import. Import or discard some of them first.")
    field = "file"

    def __init__(self) -> None:
        super().__init__(count=MOST_WAITING)


class TooManyRows(DomainError):
    message = N_("The file has more than %(most)s rows. Split it, or have it imported by command.")


class TooManyLines(FileRefused):
    message = N_("The file has more than %(most)s lines. Split it, or remove the empty ones.")


class FileUnreadable(DomainError):
    message = N_("The file can no longer be opened. Upload it again.")


class NotWaiting(Conflict):
    message = N_("This file is no longer waiting: it was imported or discarded.")


# The order of a report: what asks for something comes first.
FIRST = {"likely": 0, "refused": 1}


@dataclass(frozen=True)
class ImportOutcome:
    """The outcome of an import: how many lines of each result, and each line's."""

    counts: dict[str, int]
    fates: Sequence[LineResult]

    def fingerprint(self) -> str:
        """A text that is equal when the lines come to one end; who may be here is chosen."""
        ends = {"likely": "added"}
        return repr([(fate.line, ends.get(fate.outcome, fate.outcome)) for fate in self.fates])

    def report(self) -> dict[str, Any]:
        """The counts and every line, those first that somebody has to look at."""
        lines = sorted(self.fates, key=lambda fate: (FIRST.get(fate.outcome, 2), fate.line))
        return {"counts": self.counts, "lines": [_told(fate) for fate in lines]}


def upload(kind: str, file_name: str, content: bytes) -> Upload:
    """Keep a file, sealed, until somebody says what is in its columns.

    Raises:
        FileTooLarge, TooManyWaiting: beside the file.
        FileRefused: it is no table.
    """
    if len(content) > LARGEST_FILE:
        raise FileTooLarge(most=LARGEST_FILE // 1024 // 1024)
    try:
        read_table(opened(content))
        if content.count(b"\n") > MOST_LINES:
            raise TooManyLines(most=MOST_LINES)
    except FileRefused as refusal:
        refusal.field = "file"
        raise
    upload = Upload(kind=kind, uploaded_by=request_context().user_id)
    upload.file_name, upload.content = file_name[:200] or "?", content
    with refusing({"ck_uploads_at_most": TooManyWaiting}):
        session.add(upload)
    return upload


def import_upload(
    upload: Upload,
    places: Mapping[str, int],
    *,
    facility_id: int | None = None,
    dates: DateOrder = "iso",
    anyway: Container[int] = (),
) -> ImportOutcome:
    """Import what a file holds, and forget it; what became of its lines stays.

    Args:
        upload: a waiting file.
        places: where each of the kind's columns stands in it.
        facility_id: of patients, where they are registered.
        dates: of patients, how dates with slashes are meant.
        anyway: the lines of patients that are registered though they may be here already.

    Raises:
        NotWaiting: somebody was faster.
        TooManyRows: more than somebody should wait for before a screen.
    """
    content = _end(upload, "imported")
    table = read_table(opened(content))
    table = replace(table, records=_bounded(table.records))
    fates: list[LineResult] = []
    counts = import_records(
        upload.kind,
        table,
        places,
        on_result=fates.append,
        facility_id=facility_id,
        dates=dates,
        anyway=anyway,
    )
    outcome = ImportOutcome(dict(counts), fates)
    upload.report = outcome.report()
    session.flush()
    note("exchange.import", table="uploads", record=upload.id,
         new={"kind": upload.kind, **counts})  # fmt: skip
    return outcome


def discard(upload: Upload) -> None:
    """Forget a file. Raises NotWaiting."""
    _end(upload, "discarded")
    session.flush()


def expire() -> None:
    """Forget the files that nobody came back for."""
    now = clock.real()
    session.execute(
        SWEEP, {"tenant_id": request_context().tenant_id, "now": now, "before": now - WAITS}
    )


def opened(content: bytes) -> BufferedReader:
    """A file's content as what reads tables reads it."""
    return BufferedReader(BytesIO(content))


def _told(fate: LineResult) -> dict[str, Any]:
    errors = [{"field": s.field, "message": s.message, "params": s.params} for s in fate.errors]
    return {"line": fate.line, "outcome": fate.outcome, "said": errors}


def _end(upload: Upload, status: str) -> bytes:
    """Take a waiting file for one purpose; what is in it."""
    session.refresh(upload, with_for_update=True)
    if upload.status != "waiting":
        raise NotWaiting
    content: bytes | Unreadable = upload.content
    if isinstance(content, Unreadable):
        raise FileUnreadable
    upload.status, upload.content, upload.ended_at = status, None, clock.real()
    return content


def _bounded(records: Iterable[Record | RejectedLine]) -> Iterator[Record | RejectedLine]:
    for number, record in enumerate(records):
        if number >= MOST_ROWS:
            raise TooManyRows(most=MOST_ROWS)
        yield record
