"""The worker's part: some rows a transaction, so that a stop loses nothing that was made.

The row of an export is locked while a part of it is made and no longer: a worker that is killed
leaves it to the next look, and of two workers each makes another part or another export.
"""

from collections.abc import Iterable, Iterator, Mapping

from sqlalchemy import Select, select

from portal import clock
from portal.auth.permissions import may
from portal.db import session
from portal.exchange.exports.commands.asking import end, forget_parts, noted
from portal.exchange.exports.commands.packing import pieces, rows_packed, rows_unpacked
from portal.exchange.exports.files import csv_file, xlsx_file
from portal.exchange.exports.queries import made as queries
from portal.exchange.exports.rules import KEPT, MOST_ROWS, MOST_TRIES
from portal.phi.sealed import Unreadable
from portal.registry.area import areas
from portal.registry.lists import ExportSource
from portal.schema.accounts import User
from portal.schema.exports import OPEN, Export, ExportPart
from portal.tenancy.context import request_context, work_for

AT_ONCE = 100


class CannotBeMade(Exception):
    """Trying again would not help; the reason is one of `rules.FAILURES`."""


def claim() -> int | None:
    """The oldest export that nobody is at work on, counted as tried once more; or None.

    What makes a worker end each time, whatever it is, is given up like any other failure.
    """
    export = _locked(select(Export.id).where(Export.status.in_(OPEN)).order_by(Export.id))
    if export is None:
        return None
    if export.tries >= MOST_TRIES:
        _give_up(export, "broken")
        return claim()
    export.tries += 1
    session.flush()
    return export.id


def process_batch(export_id: int, makers: Mapping[str, ExportSource]) -> bool:
    """Make the next rows of an export, or of all its rows the file; whether there is more to do."""
    export = _locked(select(Export.id).where(Export.id == export_id, Export.status.in_(OPEN)))
    if export is None:
        return False
    try:
        _next_step(export, makers)
    except CannotBeMade as reason:
        _give_up(export, str(reason))
    return export.status in OPEN


def release(export_id: int) -> None:
    """Leave the rest for the next look: it goes well so far."""
    export = _locked(select(Export.id).where(Export.id == export_id, Export.status.in_(OPEN)))
    if export is not None:
        export.tries = 0


def record_failure(export_id: int) -> None:
    """It did not go well; given up after some tries."""
    export = _locked(select(Export.id).where(Export.id == export_id, Export.status.in_(OPEN)))
    if export is not None and export.tries >= MOST_TRIES:
        _give_up(export, "broken")


def expire() -> None:
    """Forget the files that were ready a day ago."""
    old = Export.ended_at <= clock.real() - KEPT
    due = select(Export.id).where(Export.status == "ready", old).order_by(Export.id)
    for _ in range(AT_ONCE):
        export = _locked(due)
        if export is None:
            return
        export.status = "expired"
        session.flush()
        forget_parts(export.id)
        noted("export.expired", export)


def _locked(chosen: Select[int]) -> Export | None:
    """The first of these that nobody else has locked."""
    own = chosen.where(Export.tenant_id == request_context().tenant_id).limit(1)
    export_id = session.scalar(own.with_for_update(skip_locked=True))
    if export_id is None:
        return None
    return session.get(Export, (request_context().tenant_id, export_id), populate_existing=True)


def _next_step(export: Export, makers: Mapping[str, ExportSource]) -> None:
    maker = makers.get(export.kind)
    if maker is None:
        raise CannotBeMade("unknown-kind")
    if not _allowed(export):
        raise CannotBeMade("not-allowed")
    work_for(export.asked_by)
    last = queries.last_part(export.id)
    if last is not None and last[1] is None:
        _finish(export, maker)
    else:
        _add_rows(export, maker, *(last or (0, None)))


def _add_rows(export: Export, maker: ExportSource, number: int, after: str | None) -> None:
    batch = maker.batch(export.params, after)
    export.status, export.rows = "making", export.rows + len(batch.rows)
    if export.rows > MOST_ROWS[export.format]:
        raise CannotBeMade("too-many")
    _add_part(export, number + 1, rows_packed(batch.rows), batch.after)


def _finish(export: Export, maker: ExportSource) -> None:
    """Put the file in the place of the rows it is made of."""
    contents = _readable(part.content for part in queries.parts_of(export.id))
    header, rows = maker.header(export.params), rows_unpacked(contents)
    as_csv = export.format == "csv"
    file = csv_file(header, rows) if as_csv else xlsx_file(export.kind, header, rows)
    forget_parts(export.id)
    for number, piece in enumerate(pieces(file), start=1):
        _add_part(export, number, piece, None)
    end(export, "ready")
    noted("export.made", export, rows=export.rows)


def _readable(contents: Iterable[bytes | Unreadable]) -> Iterator[bytes]:
    for content in contents:
        if isinstance(content, Unreadable):
            raise CannotBeMade("unreadable")
        yield content


def _add_part(export: Export, number: int, content: bytes, after: str | None) -> None:
    session.add(ExportPart(export_id=export.id, number=number, content=content, after=after))
    session.flush()


def _allowed(export: Export) -> bool:
    """Whether who asked is still there and still may."""
    asker = session.get(User, (request_context().tenant_id, export.asked_by))
    kind = areas().exports.get(export.kind)
    return bool(asker and kind and asker.status == "active" and may(asker.role, kind.right))


def _give_up(export: Export, reason: str) -> None:
    session.expire(export)
    end(export, "failed", reason)
    forget_parts(export.id)
    noted("export.failed", export, outcome="failed", why=reason)
