"""/absences/7/reversal: taking an absence back, shown before it is done."""

from collections.abc import Collection
from uuid import UUID

from flask import Response
from flask_babel import gettext as _
from flask_babel import ngettext

from portal.absences.commands.undoing import undo_absence
from portal.absences.forms import UndoForm
from portal.absences.queries.records import get_absence, list_by_keys, list_spans
from portal.absences.screens.sheet import stays_of
from portal.absences.views.blueprint import bp
from portal.absences.views.recording import AbsenceVisitsChanged
from portal.appointments.act_labels import CALLED_BY, Called
from portal.auth.permissions import permission
from portal.doctors.queries import get_doctor, list_doctor_names
from portal.schema.absences import Absence
from portal.web.answers import form_page, go, toast
from portal.web.previews import preview


@bp.route("/absences/<int:absence_id>/reversal", methods=["GET", "POST"])
@permission("absences.record")
def reversal(absence_id: int) -> Response:
    absence = get_absence(absence_id)
    form, undone, stays = UndoForm(), None, []
    sent = form.validate_on_submit()
    with form.command_errors():
        confirmation_token = form.confirmation_token.data if sent else None
        undone, answer = preview(
            lambda: undo_absence(absence), confirmation_token=confirmation_token
        )
        if answer.stays:
            toast(_("Absence undone."))
            return go("absences.show", absence_id=absence_id)
        if sent:
            form.reject(AbsenceVisitsChanged())
        form.confirmation_token.data, stays = answer.mark, stays_of(absence_id, undone)
    return form_page("absences/reversal.html", "absences/_reversal.html", form, absence=absence,
                     undone=undone, stays=stays, spans=list_spans(absence_id),
                     doctor=get_doctor(absence.doctor_id, even_retired=True))  # fmt: skip


def _called(groups: Collection[UUID]) -> dict[UUID, Called]:
    """Absences, by whose they are, where what was done to appointments is said."""
    found = list_by_keys(groups)
    names = list_doctor_names({absence.doctor_id for absence in found})
    return {
        absence.absence_key: Called(
            _done(absence, names[absence.doctor_id]),
            _("The absence of %(doctor)s is undone", doctor=names[absence.doctor_id]),
        )
        for absence in found
    }


def _done(absence: Absence, doctor: str) -> str:
    """Whose absence it is, with as many appointments as its preview said."""
    affected = ngettext("%(num)s appointment affected", "%(num)s appointments affected",
                        absence.visits)  # fmt: skip
    return str(_("Absence of %(doctor)s: %(affected)s", doctor=doctor, affected=affected))


CALLED_BY.append(_called)
