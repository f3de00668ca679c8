"""A visit and its life: arrive, start, complete, move, cancel, miss, and one step back."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import Response, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from portal.appointments import commands, queries
from portal.appointments.forms import CancellationForm, MoveForm
from portal.appointments.models import Appointment
from portal.appointments.move_help import move_help
from portal.appointments.views.blueprint import bp
from portal.appointments.views.shown import with_board
from portal.appointments.visit_page import VisitPage, visit_page
from portal.auth.permissions import permission
from portal.refusals import DomainError
from portal.services.queries import get_offering
from portal.web.answers import asks_for_fragment, form_page, go, page, toast

PAGE, CARD = "appointments/visit.html", "appointments/_visit.html"


@bp.get("/appointments/<int:appointment_id>")
@permission("appointments.see")
def show(appointment_id: int) -> Response:
    visit = queries.get_appointment(appointment_id)
    return page(PAGE, CARD, **shown(visit))


@bp.post("/appointments/<int:appointment_id>/check-in")
@permission("appointments.attend")
def check_in(appointment_id: int) -> Response:
    return change(appointment_id, commands.check_in, _("The patient is checked in."))


@bp.post("/appointments/<int:appointment_id>/start")
@permission("appointments.attend")
def start(appointment_id: int) -> Response:
    return change(appointment_id, commands.start_visit, _("The visit has started."))


@bp.post("/appointments/<int:appointment_id>/completion")
@permission("appointments.attend")
def completion(appointment_id: int) -> Response:
    return change(appointment_id, commands.complete_visit, _("The visit is completed."))


@bp.post("/appointments/<int:appointment_id>/no-show")
@permission("appointments.attend")
def no_show(appointment_id: int) -> Response:
    return change(appointment_id, commands.mark_no_show, _("Marked as a no-show."))


@bp.post("/appointments/<int:appointment_id>/confirmation")
@permission("appointments.attend")
def confirmation(appointment_id: int) -> Response:
    def turn(visit: Appointment) -> None:
        commands.confirm(visit, confirmed=visit.confirmed_at is None)

    return change(appointment_id, turn)


@bp.post("/appointments/<int:appointment_id>/undo")
@permission("appointments.attend")
def undo(appointment_id: int) -> Response:
    return change(appointment_id, commands.undo)


@bp.post("/appointments/<int:appointment_id>/cancellation")
@permission("appointments.cancel")
def cancellation(appointment_id: int) -> Response:
    visit = queries.get_appointment(appointment_id)
    form = CancellationForm()
    if form.validate():
        with form.refusals():
            _cancel(visit, form)
            return answer(visit)
    return form_page(PAGE, CARD, form, **(shown(visit) | {"cancel_form": form}))


@bp.post("/appointments/<int:appointment_id>/move")
@permission("appointments.move")
def move(appointment_id: int) -> Response:
    """From the visit's form, or from the board, where a refusal is a message of its own."""
    visit = queries.get_appointment(appointment_id)
    around = shown(visit)
    card: VisitPage = around["visit"]
    form = MoveForm()
    form.offer_doctors(card.facility_id, card.service_id)
    before = {"doctor_id": visit.doctor_id, "start_at": visit.start_at.isoformat(), "on_board": "y"}

    def moved() -> Response:
        details = form.details(
            facility_id=card.facility_id, service_id=card.service_id, zone=card.zone
        )
        freed = (visit.facility_id, visit.doctor_id, visit.start_at)
        try:
            commands.reschedule_appointment(visit, details)
        except DomainError as refusal:
            if not form.on_board.data:
                around["move_help"] = move_help(visit, details, refusal)
            raise
        say_wanted(*freed)
        url = url_for("appointments.move", appointment_id=visit.id)
        toast(_("The visit is moved."), undo={"url": url, "values": before})
        return answer(visit)

    if form.validate():
        if form.on_board.data:
            return moved()
        with form.refusals():
            return moved()
    return form_page(PAGE, CARD, form, **(around | {"move_form": form}))


def change(appointment_id: int, command: Callable[[Appointment], None], said: str = "") -> Response:
    """Do one thing to a visit; what is said about it offers to take it back."""
    visit = queries.get_appointment(appointment_id)
    command(visit)
    if said:
        toast(said, undo=_undo(visit))
    return answer(visit)


def answer(visit: Appointment) -> Response:
    """The visit as it is now, with what changed on the board; without script its page."""
    if not asks_for_fragment():
        return go("appointments.show", appointment_id=visit.id)
    return with_board(CARD, **shown(visit))


def shown(visit: Appointment) -> dict[str, Any]:
    """What the visit's page and fragment need."""
    card = visit_page(visit, get_offering(visit.service_offering_id).service_id)
    cancel_form = CancellationForm(formdata=None) if card.can_cancel else None
    return {"visit": card, "move_form": _move_form(visit, card), "move_help": None,
            "cancel_form": cancel_form}  # fmt: skip


def say_wanted(facility_id: int, doctor_id: int, start_at: datetime) -> None:
    """Whether somebody on the waitlist wants the start that a visit has left."""
    count = len(queries.list_wanting(facility_id, doctor_id, start_at))
    if count:
        toast(
            ngettext(
                "%(num)s person on the waitlist wants the start that is free now.",
                "%(num)s people on the waitlist want the start that is free now.",
                count,
            ),
            "info",
        )


def _cancel(visit: Appointment, form: CancellationForm) -> None:
    because = form.cancel_reason.data or ""
    if not form.following.data:
        commands.cancel_appointment(visit, because)
        toast(_("The visit is cancelled."), undo=_undo(visit))
        return
    count = commands.cancel_following(visit, because)
    words = ngettext("%(num)s visit is cancelled.", "%(num)s visits are cancelled.", count)
    url = url_for("appointments.following_undo", appointment_id=visit.id)
    toast(words, undo={"url": url, "values": {}})


def _move_form(visit: Appointment, card: VisitPage) -> MoveForm | None:
    if not card.can_move:
        return None
    start = card.start.strftime("%Y-%m-%dT%H:%M")
    form = MoveForm(formdata=None, data={"doctor_id": visit.doctor_id, "start_at": start})
    form.offer_doctors(card.facility_id, card.service_id)
    return form


def _undo(visit: Appointment) -> dict[str, Any]:
    return {"url": url_for("appointments.undo", appointment_id=visit.id), "values": {}}
