"""A patient's appointments, the tab of the chart that belongs to this area; and who they are."""

from flask import Response, request
from flask.sansio.blueprints import BlueprintSetupState

from portal.appointments.labels import STATUS, shown_status
from portal.appointments.queries.of_patient import list_coming_rows, list_past_rows
from portal.appointments.queries.waitlist import list_wishes_of
from portal.appointments.screens.patient_strip import clashes_now, patient_strip
from portal.appointments.screens.waitlist import shown_wish
from portal.appointments.views.blueprint import bp
from portal.auth.permissions import permission
from portal.patients.queries.records import get_patient
from portal.web.answers import page
from portal.web.pagination import Listing, Window, window_from

COMING_SHOWN, PAST_SHOWN = 25, 25


@bp.get("/patients/<int:patient_id>/visits")
@permission("appointments.see")
def of_patient(patient_id: int) -> Response:
    patient = get_patient(patient_id)
    coming, past = (
        Window(window_from(request.args.get(name)).number, size=size)
        for name, size in (("coming", COMING_SHOWN), ("page", PAST_SHOWN))
    )
    found = list_coming_rows(patient.id, limit=coming.limit, offset=coming.offset)
    over = list_past_rows(patient.id, limit=past.limit, offset=past.offset)
    wishes = [shown_wish(wish) for wish in list_wishes_of(patient.id)]
    return page("appointments/of_patient.html", "appointments/_visits.html", patient=patient,
                coming=Listing.of(found, coming), past=Listing.of(over, past), wishes=wishes,
                labels=STATUS, shown_status=shown_status)  # fmt: skip


@bp.record_once
def _tell_templates(state: BlueprintSetupState) -> None:
    """For pages of lower areas: `{% with strip = strip_of(patient) %}{% include ... %}`."""
    state.app.jinja_env.globals.update(strip_of=patient_strip, clashes_now=clashes_now)
