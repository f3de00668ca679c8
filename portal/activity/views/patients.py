"""/activity/patients/: who looked at a patient."""

from flask import Response, request

from portal.activity import queries
from portal.activity.rules import Filters, Mark
from portal.activity.views.blueprint import bp
from portal.activity.views.shown import around, zone_for
from portal.auth.permissions import permission
from portal.facilities.queries import list_facilities
from portal.patients.queries import get_patient
from portal.web.answers import page


@bp.get("/patients/<int:patient_id>")
@permission("activity.see")
def of_patient(patient_id: int) -> Response:
    patient = get_patient(patient_id)
    before = Mark.read(request.args.get("before"))
    stretch = queries.list_entries(Filters(patient_id=patient.id), before=before)
    return page(
        "activity/of_patient.html",
        "activity/_looks.html",
        patient=patient,
        stretch=stretch,
        zone=zone_for(list_facilities()),
        **around(stretch.lines),
    )
