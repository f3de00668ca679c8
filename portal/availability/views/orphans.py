"""/availability/orphans/: visits that no rule supports any more, and need a decision."""

from flask import Response, request, url_for
from flask_babel import gettext as _

from portal.auth.permissions import permission
from portal.availability import commands, queries
from portal.availability.views.blueprint import bp
from portal.facilities.visits import list_visits
from portal.web.answers import go, page, toast
from portal.web.pagination import Listing, window_from


@bp.get("/orphans/")
@permission("availability.see")
def orphans() -> Response:
    window = window_from(request.args.get("page"))
    waiting = queries.list_orphans(limit=window.limit, offset=window.offset)
    listing = Listing.of(waiting, window)
    slots = dict(listing.rows)
    return page(
        "availability/orphans.html", "availability/_orphans.html", listing=listing,
        visits=list_visits(list(slots)), slots=slots,
    )  # fmt: skip


@bp.post("/orphans/<int:slot_id>/keeping")
@permission("appointments.move")
def keeping(slot_id: int) -> Response:
    commands.keep_as_booked(slot_id)
    toast(_("The visit stays as it is booked."))
    return go(url_for("availability.orphans"))
