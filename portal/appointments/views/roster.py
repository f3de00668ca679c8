"""The roster of a group, and the list of visits that overlap."""

from collections.abc import Sequence
from datetime import datetime

from flask import Response, request
from flask_babel import gettext as _
from flask_babel import ngettext

from portal.appointments.commands.arriving import check_in_together
from portal.appointments.queries.roster import list_group
from portal.appointments.screens.act_messages import say_done, say_together
from portal.appointments.screens.roster import can_arrive, group_roster, overlap_roster
from portal.appointments.views.blueprint import bp
from portal.appointments.views.on_screen import facility_asked, number_asked, with_board
from portal.auth.permissions import permission
from portal.errors import NotFound
from portal.facilities.queries import zone_of
from portal.scheduling.slots.queries import get_slot
from portal.schema.appointments import Appointment
from portal.web.answers import asks_for_fragment, go, page
from portal.web.days import within_reason
from portal.web.forms.fields import record_number

PAGE, CARD = "appointments/roster.html", "appointments/_roster.html"


@bp.get("/appointments/groups/<int:slot_id>")
@permission("appointments.see")
def group(slot_id: int) -> Response:
    return page(PAGE, CARD, roster=group_roster(get_slot(slot_id)))


@bp.get("/appointments/overlaps")
@permission("appointments.see")
def overlaps() -> Response:
    facility, doctor_id = facility_asked(), number_asked("doctor")
    if doctor_id is None:
        raise NotFound
    since, until = _moment("since"), _moment("until")
    return page(PAGE, CARD, roster=overlap_roster(facility.id, doctor_id, since, until))


@bp.post("/appointments/groups/<int:slot_id>/check-in")
@permission("appointments.attend")
def group_check_in(slot_id: int) -> Response:
    """One of them, or all who have not arrived."""
    slot = get_slot(slot_id)
    only = record_number(request.form.get("appointment_id", ""))
    zone = zone_of(slot.facility_id)
    arriving = [
        visit for visit, patient, _service in list_group(slot_id)
        if (visit.id == only if only else can_arrive(visit, patient, zone))
    ]  # fmt: skip
    check_in_together(arriving)
    _say_checked_in(arriving)
    if not asks_for_fragment():
        return go("appointments.group", slot_id=slot_id)
    return with_board(CARD, roster=group_roster(slot))


def _say_checked_in(visits: Sequence[Appointment]) -> None:
    """By name, if it is one."""
    if len(visits) == 1:
        say_done(visits[0], _("Checked in"))
        return
    message = ngettext("%(num)s patient checked in", "%(num)s patients checked in", len(visits))
    say_together(visits, message)


def _moment(name: str) -> datetime:
    """An instant of the address. Raises NotFound for nonsense, and for the ends of time."""
    try:
        moment = datetime.fromisoformat(request.args.get(name, ""))
    except ValueError:
        raise NotFound from None
    if moment.tzinfo is None or not within_reason(moment):
        raise NotFound
    return moment
