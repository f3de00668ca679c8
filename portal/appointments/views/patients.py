"""A patient's visits, the tab of the chart that belongs to this area; and who the patient is."""

from flask import Response
from flask.sansio.blueprints import BlueprintSetupState

from portal.appointments import queries
from portal.appointments.patient_strip import patient_strip
from portal.appointments.views.blueprint import bp
from portal.appointments.waitlist_page import shown_wish
from portal.appointments.words import STATUS, shown_status
from portal.auth.permissions import permission
from portal.patients.queries import get_patient
from portal.web.answers import page


@bp.get("/patients/<int:patient_id>/visits")
@permission("appointments.see")
def of_patient(patient_id: int) -> Response:
    patient = get_patient(patient_id)
    visits = [
        (visit, queries.get_context(visit), shown_status(visit.status, visit.confirmed_at))
        for visit in queries.list_patient_visits(patient.id)
    ]
    wishes = [shown_wish(wish) for wish in queries.list_wishes_of(patient.id)]
    return page("appointments/of_patient.html", "appointments/_visits.html", patient=patient,
                visits=visits, wishes=wishes, words=STATUS)  # fmt: skip


@bp.record_once
def _tell_templates(state: BlueprintSetupState) -> None:
    """For pages of lower areas: `{% with strip = strip_of(patient) %}{% include ... %}`."""
    state.app.jinja_env.globals.update(strip_of=patient_strip)
