"""Commands of staff: ask for an export, take its file away, discard it."""

import zlib
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import delete

from portal import clock
from portal.audit.notes import note
from portal.db import session
from portal.errors import N_, Conflict, DomainError, refusing
from portal.exchange.exports.commands.packing import unpacked
from portal.exchange.exports.queries import made as queries
from portal.exchange.exports.rules import MOST_UNFINISHED
from portal.phi.sealed import Unreadable
from portal.schema.exports import OPEN, Export, ExportPart
from portal.tenancy.context import request_context


class TooManyUnfinished(DomainError):
    """A person's exports are made one after the other."""

    message = N_("%(most)s of your exports are not finished yet. Wait for them, or discard some.")

    def __init__(self) -> None:
        super().__init__(most=MOST_UNFINISHED)


class ExportAskedAlready(Conflict):
    """One form was sent twice at once."""

    message = N_("This export is asked for already. It is among your exports.")


class NotReady(Conflict):
    """There is no file: not yet, or not any more."""

    message = N_(
        "There is no file to download: it is not ready yet, or it was deleted after a day."
    )


class ExportUnreadable(DomainError):
    """The file was damaged, or its keys are gone."""

    message = N_("The file cannot be opened any more. Ask for the export again.")


def ask_export(kind: str, format_: str, params: Mapping[str, Any], *, key: UUID) -> Export:
    """Have the worker make an export; once for each key.

    Args:
        kind: one that an area registered; the view has asked for its right and for a fresh proof.
        format_: `csv` or `xlsx`.
        params: which rows. It stands in the log, so it names patients by number only.
        key: the form's.

    Raises:
        TooManyUnfinished: the person's other exports come first.
    """
    known = queries.find_export(key)
    if known is not None and known.asked_by == request_context().user_id:
        return known
    with refusing(
        {"uq_exports_row_uid": ExportAskedAlready, "ck_exports_at_most": TooManyUnfinished}
    ):
        made = Export(
            row_uid=key,
            asked_by=request_context().user_id,
            kind=kind,
            format=format_,
            params=dict(params),
        )
        session.add(made)
    noted("export.asked", made, params=made.params)
    return made


def take_export(export: Export) -> bytes:
    """The file. The log says who took it.

    Raises:
        NotReady: there is none.
        FileUnreadable: it does not open.
    """
    contents = [part.content for part in queries.parts_of(export.id)]
    if export.status != "ready" or not contents:
        raise NotReady
    if any(isinstance(each, Unreadable) for each in contents):
        raise ExportUnreadable
    try:
        file = unpacked(contents)
    except zlib.error:  # a part is gone, or is another's
        raise ExportUnreadable from None
    noted("export.taken", export, rows=export.rows)
    return file


def discard_export(export: Export) -> None:
    """Forget an export and its file; one that ended before stays as it ended."""
    session.refresh(export, with_for_update=True)
    if export.status not in (*OPEN, "ready"):
        return
    end(export, "discarded")
    forget_parts(export.id)
    noted("export.discarded", export)


def end(export: Export, status: str, failure: str | None = None) -> None:
    """Say how an export ended, and when."""
    export.status, export.failure = status, failure
    export.ended_at = clock.real()
    session.flush()


def forget_parts(export_id: int) -> None:
    """Delete what there is of an export's rows or file."""
    session.execute(
        delete(ExportPart).where(
            ExportPart.tenant_id == request_context().tenant_id, ExportPart.export_id == export_id
        )
    )


def noted(action: str, export: Export, *, outcome: str = "done", **more: Any) -> None:
    """One entry about an export."""
    about = {"kind": export.kind, "format": export.format, "asked_by": export.asked_by, **more}
    note(action, table="exports", record=export.id, outcome=outcome, new=about)
