"""/exchange/made/: the exports that the worker makes, how they stand, and their files."""

from hashlib import sha256

from flask import Response, request
from flask_babel import gettext as _

from portal.auth.permissions import demand, permission, stepped_up
from portal.errors import NotFound
from portal.exchange.blueprint import bp
from portal.exchange.exports.commands.asking import discard_export, take_export
from portal.exchange.exports.queries import made as queries
from portal.exchange.exports.queries.made import ExportRow
from portal.exchange.exports.rules import MEDIA, STATES, narrowed, words_of
from portal.registry.area import areas
from portal.schema.exports import OPEN, Export
from portal.tenancy.context import request_context
from portal.web.answers import go, page, toast
from portal.web.pagination import Listing, window_from

NOTHING_NEW = 204


@bp.get("/made/")
@permission("exchange.see")
def made() -> Response:
    return _shown(_asked())


@bp.get("/made/changes")
@permission("exchange.see", touches=False)
def made_changes() -> Response:
    """Changes that the page polls while something is made; it keeps no session alive."""
    listing = _asked()
    if request.args.get("stamp") == _stamp(listing):
        return Response(status=NOTHING_NEW)
    return _shown(listing)


@bp.get("/made/<int:export_id>/file")
@permission("exchange.see")
@stepped_up
def made_file(export_id: int) -> Response:
    export = _allowed(export_id)
    content = take_export(export)
    name = f"{export.kind}-{export.created_at:%Y-%m-%d}-{export.id}.{export.format}"
    disposition = f'attachment; filename="{name}"'
    return Response(
        content, mimetype=MEDIA[export.format], headers={"Content-Disposition": disposition}
    )


@bp.post("/made/<int:export_id>/discarding")
@permission("exchange.see")
def made_discarding(export_id: int) -> Response:
    discard_export(_allowed(export_id))
    toast(_("The export is discarded."))
    return go("exchange.made")


def _allowed(export_id: int) -> Export:
    export = queries.get_export(export_id)
    kind = areas().exports.get(export.kind)
    if kind is None:
        raise NotFound
    demand(kind.right)
    return export


def _asked() -> Listing[ExportRow]:
    window = window_from(request.args.get("page"))
    return Listing.of(queries.list_exports(limit=window.limit, offset=window.offset), window)


def _shown(listing: Listing[ExportRow]) -> Response:
    unfinished = sum(row.status in OPEN for row in listing.rows)
    return page("exchange/made.html", "exchange/_made.html", listing=listing, kinds=areas().exports,
                states=STATES, words_of=words_of, narrowed=narrowed, unfinished=unfinished,
                stamp=_stamp(listing), zone=request_context().timezone)  # fmt: skip


def _stamp(listing: Listing[ExportRow]) -> str:
    """A stamp that is equal as long as the list would read the same."""
    rows = [(row.id, row.status, row.rows) for row in listing.rows]
    return sha256(repr(rows).encode()).hexdigest()[:16]
