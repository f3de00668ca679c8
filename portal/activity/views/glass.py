"""/activity/break-glass: who opened whose record with a reason, and what they saw under it."""

from typing import Any

from flask import Response, request
from flask_babel import gettext as _

from portal.activity import commands
from portal.activity.queries.glass import USES, get_glass, list_glass
from portal.activity.queries.log import list_entries
from portal.activity.queries.people import names_of, numbers_of
from portal.activity.rules import Filters, Mark
from portal.activity.views.blueprint import bp
from portal.activity.views.context import own_zone
from portal.audit.notes import note
from portal.auth.permissions import permission
from portal.schema.patients import BreakGlass
from portal.web.answers import go, page, toast
from portal.web.forms.fields import record_number


@bp.get("/break-glass")
@permission("activity.see")
def break_glass() -> Response:
    uses = list_glass(before=record_number(request.args.get("before")))
    note("activity.glass")
    older = uses[-1].id if len(uses) == USES else None
    return page("activity/break_glass.html", "activity/_uses.html", uses=uses, older=older,
                **_around(*uses))  # fmt: skip


@bp.get("/break-glass/<int:use_id>")
@permission("activity.see")
def glass(use_id: int) -> Response:
    use = get_glass(use_id)
    note("activity.glass", table="break_glass", record=use_id)
    under = Filters(user_id=use.user_id, patient_id=use.patient_id,
                    since=use.created_at, until=use.expires_at)  # fmt: skip
    stretch = list_entries(under, before=Mark.read(request.args.get("before")))
    return page("activity/glass.html", "activity/_glass.html", use=use, stretch=stretch,
                **_around(use))  # fmt: skip


@bp.post("/break-glass/<int:use_id>/review")
@permission("activity.review")
def review(use_id: int) -> Response:
    commands.review_glass(get_glass(use_id))
    toast(_("Emergency access reviewed."))
    return go("activity.break_glass")


def _around(*uses: BreakGlass) -> dict[str, Any]:
    people = (each for use in uses for each in (use.user_id, use.reviewed_by))
    return {
        "names": names_of(people),
        "numbers": numbers_of(use.patient_id for use in uses),
        "zone": own_zone(),
    }
