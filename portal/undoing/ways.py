"""One's own acts: said with Undo, and taken back the way that their area registered."""

from contextlib import suppress
from typing import Any

from flask import Response
from flask_login import current_user

from portal import clock
from portal.auth.permissions import demand
from portal.errors import DomainError
from portal.registry.area import areas
from portal.registry.ways import SaidAct
from portal.schema.acts import OwnAct
from portal.undoing import commands, queries
from portal.undoing.rules import RecordChangedSince
from portal.web.messages import toast


def say_done(
    done: SaidAct, kind: str, record_id: int, *, link: str | None = None,
    link_text: str | None = None,
    **before: Any,
) -> None:  # fmt: skip
    """Say what was done just now, with Undo; and put it on the stack of whoever did it.

    Args:
        done: what was done.
        kind: one of `OWN_ACTS`.
        record_id: what it was done to.
        link: as of `toast`.
        link_text: as of `toast`.
        before: what the way back needs besides; nothing of a patient.
    """
    act = commands.own_act(kind, record_id, before)
    name = commands.keep(act, areas().ways_back[kind].mark(act))
    toast(done.text, patient=done.patient, link=link, link_text=link_text, undo=name, act=name)


def say_undone(act: OwnAct, restored: SaidAct) -> None:
    """Say what is so again; the message of what was done goes."""
    toast(restored.text, "info", patient=restored.patient, undoes=str(act.row_uid))


def take_back(act: OwnAct) -> Response:
    """Take an act back as its message's Undo does; everything stays as it is when it is refused.

    Raises:
        UndoneAlready, RecordChangedSince, LookFirst; Denied; what the area's command raises.
    """
    way = areas().ways_back[act.kind]
    demand(way.right)
    commands.lock(act, way.record, way.records(act))
    if not stands(act):
        describe = way.describe(act)
        refusal = RecordChangedSince(what=describe.text)
        refusal.patient = describe.patient
        raise refusal
    answer = way.take_back(act)
    commands.mark_undone(act)
    return answer


def stands(act: OwnAct) -> bool:
    """Whether the record is as the act left it."""
    with suppress(DomainError):
        return areas().ways_back[act.kind].mark(act) == act.mark
    return False


def list_own() -> list[tuple[OwnAct, str]]:
    """One's own acts that can be taken back one after the other, in words, the last first."""
    still: dict[tuple[str, int], bool] = {}
    described = []
    for act in queries.list_acts(clock.now()):
        record = (act.kind.partition("_")[0], act.record_id)
        if record not in still:
            still[record] = current_user.can(areas().ways_back[act.kind].right) and stands(act)
        if not still[record]:
            continue
        with suppress(DomainError):  # of what only a statement wrote nothing can be told
            described.append((act, areas().ways_back[act.kind].describe(act).read()))
    return described
