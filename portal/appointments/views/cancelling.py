"""Cancelling: one appointment, those of its series after it, all that a patient has to come."""

from flask import Response
from flask_babel import gettext as _
from flask_babel import ngettext

from portal import clock
from portal.appointments.commands.series import cancel_following, cancel_together
from portal.appointments.commands.visit import cancel_appointment
from portal.appointments.forms.visits import AllComingForm, CancellationForm
from portal.appointments.queries.of_patient import list_rows_of
from portal.appointments.queries.visits import get_appointment, list_coming
from portal.appointments.rules.visits import ListChanged, ReasonMissing
from portal.appointments.screens.act_messages import say_done
from portal.appointments.views.blueprint import bp
from portal.appointments.views.visits import CARD, PAGE, answer, refused, visit_context
from portal.auth.permissions import permission
from portal.db import session
from portal.errors import DomainError
from portal.patients.queries.records import get_patient
from portal.schema.appointments import Appointment
from portal.web.answers import form_page, go

ALL, ALL_FORM = "appointments/all_coming.html", "appointments/_all_coming.html"


@bp.post("/appointments/<int:appointment_id>/cancellation")
@permission("appointments.cancel")
def cancellation(appointment_id: int) -> Response:
    visit = get_appointment(appointment_id)
    form = CancellationForm()
    if form.validate():
        try:
            with session.begin_nested():
                _cancel(visit, form)
            return answer(visit)
        except ReasonMissing as missing:
            form.reject(missing)
        except DomainError as refusal:
            session.refresh(visit)
            return refused(visit, refusal)
    return form_page(PAGE, CARD, form, **(visit_context(visit) | {"cancel_form": form}))


@bp.route("/patients/<int:patient_id>/visits/cancellation", methods=["GET", "POST"])
@permission("appointments.cancel")
def coming_cancellation(patient_id: int) -> Response:
    """All that are to come, shown first; they are cancelled together, and come back together."""
    patient, form = get_patient(patient_id), AllComingForm()
    visits = list_coming(patient.id, clock.now())
    if visits and form.validate_on_submit():
        with form.command_errors():
            if not form.was_shown(visits):
                raise ListChanged
            because, code = form.cancel_reason.data or "", form.cancel_code.data
            say_done(visits[0], _words(cancel_together(visits, because, code=code)),
                     brief=True)  # fmt: skip
            return go("appointments.of_patient", patient_id=patient.id)
    form.show(visits)
    return form_page(ALL, ALL_FORM, form, patient=patient,
                     visits=list_rows_of(patient.id, visits))  # fmt: skip


def _words(count: int) -> str:
    return str(ngettext("%(num)s appointment cancelled", "%(num)s appointments cancelled", count))


def _cancel(visit: Appointment, form: CancellationForm) -> None:
    because, code = form.cancel_reason.data or "", form.cancel_code.data
    if not form.following.data:
        cancel_appointment(visit, because, code=code)
        say_done(visit, _("Appointment cancelled"))
        return
    count = cancel_following(visit, because, code=code)
    say_done(visit, _words(count), brief=True)
