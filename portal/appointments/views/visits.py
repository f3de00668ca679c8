"""A visit and its life: arrive, start, complete, miss, and back."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import Response, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from portal.appointments.commands import reversing
from portal.appointments.commands import visit as visit_commands
from portal.appointments.commands.steps import take_next
from portal.appointments.commands.visit import complete_visit, confirm, mark_no_show, start_visit
from portal.appointments.forms.correcting import CorrectionForm
from portal.appointments.forms.visits import CancellationForm
from portal.appointments.queries.visits import get_appointment, list_step_rows
from portal.appointments.queries.waitlist import list_wanting
from portal.appointments.rules.next_step import LABELS_DONE
from portal.appointments.rules.visits import VisitNotAt
from portal.appointments.screens.act_messages import last_done, say_done, say_undone
from portal.appointments.screens.visit import visit_page
from portal.appointments.views.blueprint import bp
from portal.appointments.views.on_screen import with_board
from portal.auth.permissions import permission
from portal.db import session
from portal.errors import DomainError
from portal.schema.appointments import Appointment
from portal.services.queries.catalogue import get_offering
from portal.web.answers import asks_for_fragment, go, page, toast
from portal.web.forms.fields import record_number
from portal.web.forms.form import translate

PAGE, CARD = "appointments/visit.html", "appointments/_visit.html"


@bp.get("/appointments/<int:appointment_id>")
@permission("appointments.see")
def show(appointment_id: int) -> Response:
    visit = get_appointment(appointment_id)
    return page(PAGE, CARD, **visit_context(visit))


@bp.post("/appointments/<int:appointment_id>/next")
@permission("appointments.attend")
def next_step(appointment_id: int) -> Response:
    """Whatever comes next, once: the form carries the version that was on the screen."""
    texts: list[str] = []

    def take(visit: Appointment) -> None:
        version = record_number(request.values.get("version")) or 0
        coming = take_next(visit, version=version)
        names = {row.id: row.name for row in list_step_rows(visit.id)}
        step = names[coming.step.id] if coming.step else ""
        texts.append(_(LABELS_DONE[coming.kind], step=step))

    return change(appointment_id, take, lambda: texts[0])


@bp.post("/appointments/<int:appointment_id>/check-in")
@permission("appointments.attend")
def check_in(appointment_id: int) -> Response:
    return change(appointment_id, visit_commands.check_in, lambda: _("Checked in"))


@bp.post("/appointments/<int:appointment_id>/start")
@permission("appointments.attend")
def start(appointment_id: int) -> Response:
    return change(appointment_id, start_visit, lambda: _("Visit started"))


@bp.post("/appointments/<int:appointment_id>/completion")
@permission("appointments.attend")
def completion(appointment_id: int) -> Response:
    return change(appointment_id, complete_visit, lambda: _("Completed"))


@bp.post("/appointments/<int:appointment_id>/no-show")
@permission("appointments.attend")
def no_show(appointment_id: int) -> Response:
    return change(appointment_id, mark_no_show, lambda: _("Marked as no-show"))


@bp.post("/appointments/<int:appointment_id>/confirmation")
@permission("appointments.attend")
def confirmation(appointment_id: int) -> Response:
    def turn(visit: Appointment) -> None:
        confirm(visit, confirmed=visit.confirmed_at is None)

    return change(appointment_id, turn, lambda: _("Confirmation changed"))


@bp.post("/appointments/<int:appointment_id>/reversal")
@permission("appointments.attend")
def undo(appointment_id: int) -> Response:
    def take_back(visit: Appointment) -> None:
        say_undone(reversing.undo(visit))

    return change(appointment_id, take_back)


def change(
    appointment_id: int,
    command: Callable[[Appointment], None],
    message: Callable[[], str] | None = None,
) -> Response:
    """Do one thing to a visit; what is said about it offers to take it back.

    Refused, the answer is the visit as it is now, with the reason. Asked twice, it says so.
    """
    visit = get_appointment(appointment_id)
    try:
        with session.begin_nested():
            command(visit)
    except VisitNotAt as refusal:
        session.refresh(visit)
        if refusal.params["wanted"] != refusal.params["status"]:
            return refused(visit, refusal)
        toast(translate(refusal), "info")
    except DomainError as refusal:
        session.refresh(visit)
        return refused(visit, refusal)
    else:
        if message:
            say_done(visit, message())
    return answer(visit)


def refused(visit: Appointment, refusal: DomainError) -> Response:
    """The visit as it is now, and why what was asked was not done."""
    around = visit_context(visit) | {"refused": translate(refusal)}
    return page(PAGE, CARD, status=refusal.status, **around)


def answer(visit: Appointment) -> Response:
    """The visit as it is now, with what changed on the board; without script its page."""
    if not asks_for_fragment():
        return go("appointments.show", appointment_id=visit.id)
    response = with_board(CARD, **(visit_context(visit) | {"landing": True}))
    response.headers["HX-Trigger"] = "portal:changed"
    return response


def visit_context(visit: Appointment) -> dict[str, Any]:
    """The context of the visit's page and fragment."""
    card = visit_page(visit, get_offering(visit.service_offering_id).service_id)
    cancel_form = CancellationForm(formdata=None) if card.can_cancel else None
    correct_form = CorrectionForm(formdata=None) if card.can_correct else None
    if correct_form is not None:
        correct_form.set_choices(visit)
    return {
        "visit": card,
        "cancel_form": cancel_form,
        "correct_form": correct_form,
        "refused": None,
        "landing": False,
    }


def say_wanted(
    facility_id: int, doctor_id: int, start_at: datetime, *, left_by: Appointment
) -> None:
    """Whether somebody on the waitlist wants the time that a visit has just left."""
    count = len(list_wanting(facility_id, doctor_id, start_at))
    if count:
        message = ngettext("%(num)s person on the waitlist matches the time that is free now.",
                         "%(num)s people on the waitlist match the time that is free now.",
                         count)  # fmt: skip
        toast(message, "info", link=url_for("appointments.waitlist", facility=facility_id),
              link_text=_("Show"), act=last_done(left_by))  # fmt: skip
