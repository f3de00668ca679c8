"""A patient's status: what it concerns is shown first."""

from flask import Response, request
from flask_babel import gettext as _
from flask_babel import ngettext

from portal.appointments.commands.status import change_status, restore_patient_status
from portal.appointments.forms.status import StatusForm
from portal.appointments.queries.of_patient import list_coming_rows
from portal.appointments.queries.waitlist import list_wishes_of
from portal.appointments.screens.waitlist import shown_wish
from portal.appointments.views.blueprint import bp
from portal.auth.permissions import permission
from portal.patients.commands.status import change_of
from portal.patients.display import status_words
from portal.patients.queries.records import get_patient
from portal.registry.ways import SaidAct, WayBack
from portal.schema.acts import OwnAct
from portal.schema.patients import Patient
from portal.undoing.ways import say_done, say_undone
from portal.web.answers import form_page, go, toast
from portal.web.messages import PATIENT


@bp.route("/patients/<int:patient_id>/status", methods=["GET", "POST"])
@permission("patients.change")
def status(patient_id: int) -> Response:
    patient, form = get_patient(patient_id), StatusForm()
    form.offer(patient.status, request.args.get("to"))
    if form.validate_on_submit():
        with form.command_errors():
            ended = change_status(patient, form.change(), form.ending())
            done = SaidAct(_said(patient.status, len(ended.visit_ids)), patient.id)
            say_done(done, "status_set", patient.id, status=patient.status)
            return go("patients.show", patient_id=patient.id)
    coming = list_coming_rows(patient.id)
    wishes = [shown_wish(wish) for wish in list_wishes_of(patient.id)]
    return form_page("appointments/status.html", "appointments/_status.html", form,
                     patient=patient, coming=coming, wishes=wishes)  # fmt: skip


def _said(status: str, cancelled: int) -> str:
    label = status_words(status)
    text = _("The status of %(who)s is set to %(status)s", who=PATIENT, status=label)
    gone = ngettext(
        "%(num)s appointment is cancelled.", "%(num)s appointments are cancelled.", cancelled
    )
    return f"{text}. {gone}" if cancelled else text


def _set(act: OwnAct) -> SaidAct:
    status = status_words(act.before["status"])
    return SaidAct(_("The status of %(who)s is set to %(status)s", who=PATIENT, status=status),
                act.record_id)  # fmt: skip


def _restore(act: OwnAct) -> Response:
    patient = get_patient(act.record_id)
    restored = restore_patient_status(patient)
    status = status_words(patient.status)
    say_undone(act, SaidAct(_("The status of %(who)s is %(status)s again.", who=PATIENT,
                           status=status), patient.id))  # fmt: skip
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


STATUS_SET = WayBack(
    right="patients.change",
    mark=lambda act: change_of(get_patient(act.record_id)),
    describe=_set,
    take_back=_restore,
    record=Patient,
)
