"""/absences/: absences that were recorded, and the sheet of calls that follow each."""

from flask import Response, request

from portal.absences.commands.calls import mark_called
from portal.absences.queries.records import (
    get_absence,
    get_call,
    list_absences,
    list_calls,
    list_spans,
)
from portal.absences.views.blueprint import bp
from portal.auth.permissions import permission
from portal.doctors.queries import get_doctor
from portal.web.answers import address_of, page, stay
from portal.web.pagination import Listing, window_from


@bp.get("/absences/")
@permission("absences.see")
def index() -> Response:
    window = window_from(request.args.get("page"))
    fetched = list_absences(limit=window.limit, offset=window.offset)
    listing = Listing.of(fetched, window)
    return page("absences/index.html", "absences/_list.html", listing=listing)


@bp.get("/absences/<int:absence_id>")
@permission("absences.see")
def show(absence_id: int) -> Response:
    absence = get_absence(absence_id)
    window = window_from(request.args.get("page"))
    fetched = list_calls(absence_id, limit=window.limit, offset=window.offset)
    listing = Listing.of(fetched, window)
    return page(
        "absences/show.html", "absences/_show.html", absence=absence, listing=listing,
        doctor=get_doctor(absence.doctor_id, even_retired=True),
        spans=list_spans(absence_id),
    )  # fmt: skip


@bp.post("/absences/<int:absence_id>/calls/<int:appointment_id>")
@permission("absences.record")
def call(absence_id: int, appointment_id: int) -> Response:
    """Tick a call, or take the tick back."""
    called = request.form.get("called") == "y"
    absence = get_absence(absence_id)
    mark_called(absence_id, appointment_id, called=called)
    back = address_of("absences.show", absence_id=absence_id, page=request.args.get("page"))
    return stay("absences/_call.html", back, absence=absence, page=request.args.get("page"),
                call=get_call(absence_id, appointment_id))  # fmt: skip
