"""Correcting appointments of earlier days."""

from flask import Response
from flask_babel import gettext as _

from portal.appointments.commands.correcting import correct
from portal.appointments.forms.correcting import CorrectionForm
from portal.appointments.queries.visits import get_appointment
from portal.appointments.screens.act_messages import say_done, say_undone
from portal.appointments.views.blueprint import bp
from portal.appointments.views.visits import CARD, PAGE, answer, refused, visit_context
from portal.auth.permissions import permission
from portal.db import session
from portal.errors import DomainError
from portal.schema.appointments import Appointment
from portal.web.answers import form_page


@bp.post("/appointments/<int:appointment_id>/correction")
@permission("appointments.correct")
def correction(appointment_id: int) -> Response:
    visit, form = get_appointment(appointment_id), CorrectionForm()
    form.set_choices(visit)
    if not form.validate():
        return form_page(PAGE, CARD, form, **(visit_context(visit) | {"correct_form": form}))
    try:
        with session.begin_nested():
            _correct(visit, form)
    except DomainError as refusal:
        session.refresh(visit)
        return refused(visit, refusal)
    return answer(visit)


def _correct(visit: Appointment, form: CorrectionForm) -> None:
    done = correct(visit, form.correction.data, form.because.data or "")
    if done:
        say_undone(done)
    else:
        say_done(visit, _("Corrected"))
