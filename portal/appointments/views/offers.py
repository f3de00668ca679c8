"""Parts that the booking form asks for meanwhile: openings, who it is, and the hold."""

from dataclasses import replace

from flask import Response, request

from portal.appointments.commands.holds import release_slot
from portal.appointments.forms.booking import BookingForm
from portal.appointments.screens.booking import shown_booking
from portal.appointments.views.blueprint import bp
from portal.appointments.views.on_screen import facility_asked, with_board
from portal.auth.permissions import permission
from portal.web.answers import asks_for_fragment, go, page
from portal.web.forms.fields import record_number


@bp.post("/appointments/offers")
@permission("appointments.book")
def offers() -> Response:
    """The openings for what is chosen, what of it is held, and who it is for.

    It is posted: the patient stands in no address, and what is chosen is held. When the hold must
    have ended, what was held was chosen: nothing else is suggested in its place.
    """
    facility, form = facility_asked(), BookingForm()
    form.set_choices(facility)
    choice, ended = form.choice(facility), "ended" in request.form
    if ended:
        choice = replace(choice, picked=not form.own_time)
    context = shown_booking(form, facility, choice, held_id=held_id(), writes=True, ended=ended)
    return page("appointments/new.html", "appointments/_offers.html", form=form, matches=None,
                alike=(), **context)  # fmt: skip


@bp.post("/appointments/holds/<int:slot_id>/release")
@permission("appointments.book")
def release(slot_id: int) -> Response:
    release_slot(slot_id)
    return with_board() if asks_for_fragment() else go("appointments.day")


def held_id() -> int | None:
    """The slot that the form says is held."""
    return record_number(request.form.get("held_slot_id"))
