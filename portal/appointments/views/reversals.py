"""Taking back what one did last, or what a message is about."""

import json
from contextlib import suppress
from uuid import UUID

from flask import Response, request, url_for
from flask.sansio.blueprints import BlueprintSetupState
from flask_babel import gettext as _
from sqlalchemy.exc import SQLAlchemyError

from portal import clock
from portal.appointments.commands.reversing import undo_group, undo_newest
from portal.appointments.queries.acts import list_acts, newest_own_act
from portal.appointments.queries.visits import get_appointment
from portal.appointments.rules.visits import NothingToUndo
from portal.appointments.screens.act_messages import say_undone
from portal.appointments.screens.own_acts import list_own
from portal.appointments.views.blueprint import bp
from portal.appointments.views.on_screen import with_board
from portal.auth.permissions import permission
from portal.db import session
from portal.errors import DomainError, NotFound
from portal.names import name_of
from portal.patients.queries.records import get_patient
from portal.schema.acts import OwnAct
from portal.undoing.queries import find_act, newest_act
from portal.undoing.rules import LookFirst
from portal.undoing.ways import take_back
from portal.web.answers import asks_for_fragment, go, page, toast
from portal.web.forms.form import translate
from portal.web.messages import PATIENT, name_patients


@bp.get("/appointments/reversals")
@permission("appointments.attend")
def own_acts() -> Response:
    """The acts that Z would take back, in words."""
    return page("appointments/own_acts.html", "appointments/_own_acts.html", acts=list_own())


@bp.post("/appointments/reversals")
@permission("appointments.attend")
def reversals() -> Response:
    """Z, and the Undo of a message; a refusal is a message as well."""
    act_uid = _act_asked()
    own = find_act(act_uid) if act_uid else _own_if_last()
    return _take_back_own(own) if own else _take_back_visits(act_uid)


def _own_if_last() -> OwnAct | None:
    """The last act, if it was not done to an appointment."""
    now = clock.now()
    own, act = newest_act(now), newest_own_act(now)
    if own is None or act is None:
        return own
    return own if (own.done_at, own.created_at) > (act.done_at, act.created_at) else None


def _take_back_own(act: OwnAct) -> Response:
    """By the way back of the area whose record it is, which answers."""
    try:
        with session.begin_nested():
            response = take_back(act)
    except LookFirst as first_look:
        return go(first_look.address)
    except DomainError as refusal:
        toast(translate(refusal), "error", patient=getattr(refusal, "patient", None),
              link=url_for("appointments.own_acts"),
              link_text=_("What can be undone"))  # fmt: skip
        return with_board() if asks_for_fragment() else go("appointments.home")
    if "HX-Redirect" in response.headers or not asks_for_fragment():
        return response
    return _undone(response, str(act.row_uid), [])


def _take_back_visits(group: UUID | None) -> Response:
    visit_ids: list[int] = []
    try:
        with session.begin_nested():
            done = undo_group(group) if group else undo_newest()
    except DomainError as refusal:
        _say_refused(refusal, group)
    else:
        say_undone(done)
        group, visit_ids = done[0].group_uid, sorted({act.appointment_id for act in done})
    if not asks_for_fragment():
        to = {"appointment_id": visit_ids[0]} if visit_ids else {}
        return go("appointments.show" if to else "appointments.home", **to)
    return _undone(with_board(), str(group or ""), visit_ids)


def _undone(response: Response, name: str, visit_ids: list[int]) -> Response:
    undone = {"act": name, "visits": visit_ids}
    response.headers["HX-Trigger"] = json.dumps({"portal:undone": undone})
    return response


def _say_refused(refusal: DomainError, group: UUID | None) -> None:
    """Why nothing is taken back, whose it is, and where; of several the one that was done last."""
    acts = list_acts(group) if group else [newest_own_act(clock.now())]
    visit_id = next((act.appointment_id for act in acts if act), None)
    if visit_id is None or isinstance(refusal, NothingToUndo):
        toast(translate(refusal), "info" if isinstance(refusal, NothingToUndo) else "error")
        return
    text = _("%(what)s: %(now)s", what=PATIENT, now=translate(refusal))
    toast(text, "error", patient=get_appointment(visit_id).patient_id,
          link=url_for("appointments.show", appointment_id=visit_id))  # fmt: skip


def patient_name(patient_id: int) -> str:
    """Whom a message is about; whoever cannot be read is "the patient"."""
    with suppress(DomainError, SQLAlchemyError):
        return name_of(get_patient(patient_id))
    return str(_("the patient"))


def _act_asked() -> UUID | None:
    """The act to take back; None for the newest. Raises NotFound for nonsense."""
    text = request.form.get("act", "")
    try:
        return UUID(text) if text else None
    except ValueError:
        raise NotFound from None


@bp.record_once
def _name_in_messages(state: BlueprintSetupState) -> None:
    name_patients(state.app, patient_name)
