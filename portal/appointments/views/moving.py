"""Moving an appointment: to an opening of any day, to another time, or to now."""

from dataclasses import replace

from flask import Response, jsonify
from flask_babel import gettext as _

from portal.appointments.commands.rescheduling import (
    MoveDetails,
    arrive_now,
    reschedule_appointment,
)
from portal.appointments.forms.visits import MoveForm
from portal.appointments.queries.visits import get_appointment, get_context
from portal.appointments.rules.visits import MovedMeanwhile
from portal.appointments.screens.act_messages import say_done, when
from portal.appointments.screens.move import (
    move_page,
    moved_meanwhile,
    not_moved,
    openings_on,
    why_not_there,
)
from portal.appointments.screens.visit import visit_page
from portal.appointments.views.blueprint import bp
from portal.appointments.views.visits import answer, change, say_wanted
from portal.auth.permissions import permission
from portal.errors import DomainError
from portal.schema.appointments import Appointment
from portal.services.queries.catalogue import get_offering
from portal.web.answers import form_page
from portal.web.days import day_asked

PAGE, FORM = "appointments/move.html", "appointments/_move.html"


@bp.route("/appointments/<int:appointment_id>/move", methods=["GET", "POST"])
@permission("appointments.move")
def move(appointment_id: int) -> Response:
    """From the openings, from a time that is typed, or from the board where a card was dropped."""
    visit = get_appointment(appointment_id)
    card = visit_page(visit, get_offering(visit.service_offering_id).service_id)
    form = MoveForm()
    form.offer_doctors(card.facility_id, card.service_id)
    moving = move_page(visit, card, day_asked())
    if form.validate_on_submit():
        with form.command_errors():
            details = form.details(card.facility_id, card.service_id, card.zone)
            try:
                return _moved(visit, details)
            except MovedMeanwhile as refusal:
                card = visit_page(visit, card.service_id)
                moving = replace(moving, instead=moved_meanwhile(visit, details, refusal))
                form.moved_from.data = None
                raise
            except DomainError as refusal:
                reasons, instead = why_not_there(visit, details, refusal)
                moving = replace(moving, reasons=reasons, instead=instead)
                raise
    if form.errors:
        moving = replace(moving, refused=not_moved(form, card.zone))
    form.fill_in(visit, card.zone)
    return form_page(PAGE, FORM, form, visit=card, moving=moving)


@bp.get("/appointments/<int:appointment_id>/openings")
@permission("appointments.move")
def openings(appointment_id: int) -> Response:
    """Where a card that is dragged over the board can be dropped."""
    return jsonify(openings_on(get_appointment(appointment_id), day_asked()))


@bp.post("/appointments/<int:appointment_id>/arrival")
@permission("appointments.move")
def arrival(appointment_id: int) -> Response:
    """Whoever comes on another day is moved to now, and checked in."""
    return change(appointment_id, arrive_now, lambda: _("Moved to now and checked in"))


def _moved(visit: Appointment, details: MoveDetails) -> Response:
    left, version = (visit.facility_id, visit.doctor_id, visit.start_at), visit.row_version
    reschedule_appointment(visit, details)
    if visit.row_version == version:
        return answer(visit)
    say_wanted(*left, left_by=visit)
    doctor = get_context(visit).doctor_name
    say_done(visit, _("Moved to %(when)s, %(doctor)s", when=when(visit), doctor=doctor), brief=True)
    return answer(visit)
