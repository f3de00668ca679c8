"""/availability/orphans/3/retention: a visit that no hours support any more stays as it is."""

from flask import Response, url_for
from flask_babel import gettext as _

from portal.auth.permissions import permission
from portal.availability.commands.orphans import keep_as_booked
from portal.availability.views.blueprint import bp
from portal.web.answers import go, toast


@bp.post("/orphans/<int:slot_id>/retention")
@permission("appointments.move")
def retention(slot_id: int) -> Response:
    keep_as_booked(slot_id)
    toast(_("The appointment stays as it is booked."))
    return go(url_for("absences.orphans"))
