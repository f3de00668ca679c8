"""Taking back what one did last, or what a message is about."""

import json
from contextlib import suppress
from uuid import UUID

from flask import Response, request
from flask.sansio.blueprints import BlueprintSetupState
from flask_babel import gettext as _
from sqlalchemy.exc import SQLAlchemyError

from portal.appointments import commands
from portal.appointments.rules import NothingToUndo
from portal.appointments.screens.act_messages import say_undone
from portal.appointments.screens.own_acts import list_own
from portal.appointments.views.blueprint import bp
from portal.appointments.views.shown import with_board
from portal.auth.permissions import permission
from portal.db import session
from portal.names import name_of
from portal.patients.queries import get_patient
from portal.refusals import DomainError, NotFound
from portal.web.answers import asks_for_fragment, go, page, toast
from portal.web.forms import say
from portal.web.messages import name_patients


@bp.get("/appointments/reversals")
@permission("appointments.attend")
def own_acts() -> Response:
    """What Z would take back, in words."""
    return page("appointments/own_acts.html", "appointments/_own_acts.html", acts=list_own())


@bp.post("/appointments/reversals")
@permission("appointments.attend")
def reversals() -> Response:
    """Z, and the Undo of a message; a refusal is a message as well."""
    visit_ids: list[int] = []
    group = _group_asked()
    try:
        with session.begin_nested():
            done = commands.undo_group(group) if group else commands.undo_newest()
    except DomainError as refusal:
        toast(say(refusal), "info" if isinstance(refusal, NothingToUndo) else "error")
    else:
        say_undone(done)
        group, visit_ids = done[0].group_uid, sorted({act.appointment_id for act in done})
    if not asks_for_fragment():
        to = {"appointment_id": visit_ids[0]} if visit_ids else {}
        return go("appointments.show" if to else "appointments.home", **to)
    response = with_board()
    undone = {"act": str(group or ""), "visits": visit_ids}
    response.headers["HX-Trigger"] = json.dumps({"portal:undone": undone})
    return response


def patient_name(patient_id: int) -> str:
    """Whom a message is about; whoever cannot be read is "the patient"."""
    with suppress(DomainError, SQLAlchemyError):
        return name_of(get_patient(patient_id))
    return str(_("the patient"))


def _group_asked() -> UUID | None:
    """What is to be taken back; None for the newest. Raises NotFound for nonsense."""
    asked = request.form.get("act", "")
    try:
        return UUID(asked) if asked else None
    except ValueError:
        raise NotFound from None


@bp.record_once
def _name_in_messages(state: BlueprintSetupState) -> None:
    name_patients(state.app, patient_name)
