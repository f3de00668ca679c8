"""A patient's status: what it concerns is shown first."""

from flask import Response, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from portal.appointments import commands, queries
from portal.appointments.forms.status import StatusForm
from portal.appointments.screens.waitlist import shown_wish
from portal.appointments.views.blueprint import bp
from portal.auth.permissions import permission
from portal.patients.queries import get_patient
from portal.patients.shown import status_words
from portal.web.answers import form_page, go, toast


@bp.route("/patients/<int:patient_id>/status", methods=["GET", "POST"])
@permission("patients.change")
def status(patient_id: int) -> Response:
    patient, form = get_patient(patient_id), StatusForm()
    form.offer(patient.status, request.args.get("to"))
    if form.validate_on_submit():
        with form.refusals():
            ended = commands.change_status(patient, form.change(), form.ending())
            undo = url_for("appointments.status_reversal", patient_id=patient.id)
            toast(_said(patient.status, len(ended.visit_ids)), undo={"url": undo, "values": {}})
            return go("patients.show", patient_id=patient.id)
    coming = queries.list_coming_rows(patient.id)
    wishes = [shown_wish(wish) for wish in queries.list_wishes_of(patient.id)]
    return form_page("appointments/status.html", "appointments/_status.html", form,
                     patient=patient, coming=coming, wishes=wishes)  # fmt: skip


@bp.post("/patients/<int:patient_id>/status/reversal")
@permission("patients.change")
def status_reversal(patient_id: int) -> Response:
    patient = get_patient(patient_id)
    restored = commands.restore_patient_status(patient)
    toast(_("The status is %(status)s again.", status=status_words(patient.status)))
    if restored.stayed_away:
        toast(
            ngettext(
                "%(num)s appointment or waitlist entry could not be restored; look at it yourself.",
                "%(num)s appointments or waitlist entries could not be restored; look at them"
                " yourself.",
                restored.stayed_away,
            ),
            "info",
        )
    return go("patients.show", patient_id=patient.id)


def _said(status: str, cancelled: int) -> str:
    said = _("The status is set to %(status)s.", status=status_words(status))
    gone = ngettext(
        "%(num)s appointment is cancelled.", "%(num)s appointments are cancelled.", cancelled
    )
    return f"{said} {gone}" if cancelled else said
