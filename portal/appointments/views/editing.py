"""Editing a booked appointment: notes, plan, service, language."""

from flask import Response, request
from flask_babel import gettext as _
from flask_babel import ngettext

from portal.appointments.commands.editing import (
    Edited,
    edit_appointment,
    pay_oneself,
    pay_themselves,
)
from portal.appointments.forms.editing import EditForm, edit_as_typed
from portal.appointments.queries.visits import get_appointment
from portal.appointments.rules.editing import SAME
from portal.appointments.screens.act_messages import say_done, say_together
from portal.appointments.screens.edit import EditPreview, coming_of, starts_instead
from portal.appointments.screens.visit import visit_page
from portal.appointments.views.blueprint import bp
from portal.appointments.views.visits import answer
from portal.auth.permissions import permission
from portal.db import session
from portal.errors import DomainError
from portal.scheduling.rules import SlotTaken
from portal.scheduling.slots.locks import lock_doctors
from portal.schema.appointments import Appointment
from portal.services.queries.catalogue import get_offering
from portal.web.answers import form_page, go, toast
from portal.web.forms.fields import record_number
from portal.web.forms.form import translate
from portal.web.forms.versions import held
from portal.web.previews import NOTHING, preview

PAGE, FORM = "appointments/edit.html", "appointments/_edit.html"
MOST_TOGETHER = 100


@bp.route("/appointments/<int:appointment_id>/edit", methods=["GET", "POST"])
@permission("appointments.move")
def edit(appointment_id: int) -> Response:
    """Show a change of plan or service first, and save it when that was seen."""
    visit = _held(appointment_id)
    form = EditForm(data=edit_as_typed(visit), edits=visit)
    form.set_choices(visit)
    coming, instead = None, []
    if form.validate_on_submit():
        with form.command_errors():
            try:
                coming = _save(visit, form)
            except SlotTaken as taken:
                instead = starts_instead(taken, form.facility.timezone)
                raise
            if coming is None:
                return answer(visit)
    card = visit_page(visit, get_offering(visit.service_offering_id).service_id)
    return form_page(PAGE, FORM, form, visit=card, coming=coming, instead=instead)


@bp.post("/appointments/<int:appointment_id>/self-payment")
@permission("appointments.move")
def self_payment(appointment_id: int) -> Response:
    """The patient pays, in one press; refused, the list says why."""
    visit = get_appointment(appointment_id)
    try:
        with session.begin_nested():
            pay_oneself(visit)
    except DomainError as refusal:
        toast(translate(refusal), "error")
    else:
        say_done(visit, _("The patient pays"))
    return go("insurance.uncovered")


@bp.post("/appointments/self-payments")
@permission("appointments.move")
def self_payments() -> Response:
    """Those chosen in the list, as one act; all of them or none."""
    ids = {record_number(each) for each in request.form.getlist("visit")[:MOST_TOGETHER]}
    visits = [get_appointment(each) for each in sorted(filter(None, ids))]
    try:
        with session.begin_nested():
            pay_themselves(visits)
    except DomainError as refusal:
        toast(translate(refusal), "error")
    else:
        say_together(visits, ngettext(
            "%(num)s appointment is self-pay now", "%(num)s appointments are self-pay now",
            len(visits),
        ))  # fmt: skip
    return go("insurance.uncovered")


def _save(visit: Appointment, form: EditForm) -> EditPreview | None:
    """None when it stays; else what it would change, which the form says was shown then."""
    details = form.details()

    def change() -> Edited:
        return edit_appointment(visit, details)

    version = visit.row_version
    did, answered = preview(change, confirmation_token=form.confirmation_token.data or NOTHING)
    if not answered.stays and answered.mark == NOTHING:  # what was shown is not asked any more
        did, answered = preview(change, confirmation_token=NOTHING)
    if not answered.stays:
        form.confirmation_token.data = answered.mark
        return coming_of(did, form.facility.timezone)
    stay = did.what and did.becomes == SAME
    if visit.row_version != version:
        say_done(visit, _("Edited"), besides=[_("Steps and length stay")] if stay else ())
    return None


def _held(appointment_id: int) -> Appointment:
    """The appointment; whoever saves holds it and its doctor's time, in the order of all others."""
    visit = get_appointment(appointment_id)
    if request.method == "POST":
        lock_doctors([visit.doctor_id])
    found: Appointment = held(visit)
    return found
