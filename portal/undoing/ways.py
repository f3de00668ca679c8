"""Ways back: each area says of its own kinds of acts what they did, and what takes them back."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, NamedTuple

from flask import Response
from flask_login import current_user

from portal import clock
from portal.auth.permissions import demand
from portal.errors import DomainError
from portal.schema.acts import OwnAct
from portal.tenancy.models import TenantOwned
from portal.undoing import commands, queries
from portal.undoing.rules import RecordChangedSince
from portal.web.messages import named, toast


class SaidAct(NamedTuple):
    """An act in words; where `PATIENT` stands in them, that patient's name is read."""

    text: str
    patient: int | None = None

    def read(self) -> str:
        """The words, with the name."""
        return named(self._asdict())


class WayBack(NamedTuple):
    """How a kind of act is taken back.

    Attributes:
        right: what the act itself wanted, asked again.
        mark: what the record says now, as far as the way back minds; raises what its reading does.
        describe: what was done.
        take_back: does it, says so (`say_undone`), and answers. It raises what its command does.
        record: whose row its command locks first. It is locked before it is asked whether somebody
            has changed it: whoever is changing it now has done so then.
        records: the ids of those rows, where they are more than the one it is of.
    """

    right: str
    mark: Callable[[OwnAct], str]
    describe: Callable[[OwnAct], SaidAct]
    take_back: Callable[[OwnAct], Response]
    record: type[TenantOwned] | None = None
    records: Callable[[OwnAct], Sequence[int]] = lambda act: [act.record_id]


# kind (one of `OWN_ACTS`) -> its way back. Areas add theirs beside their views.
WAYS_BACK: dict[str, WayBack] = {}


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
    name = commands.keep(act, WAYS_BACK[kind].mark(act))
    toast(done.text, patient=done.patient, link=link, link_text=link_text, undo=name, act=name)


def say_undone(act: OwnAct, restored: SaidAct) -> None:
    """Say what is so again; the message of what was done goes."""
    toast(restored.text, "info", patient=restored.patient, undoes=str(act.row_uid))


def take_back(act: OwnAct) -> Response:
    """Take an act back as its message's Undo does; everything stays as it is when it is refused.

    Raises:
        UndoneAlready, RecordChangedSince, LookFirst; Denied; what the area's command raises.
    """
    way = WAYS_BACK[act.kind]
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
        return WAYS_BACK[act.kind].mark(act) == act.mark
    return False


def list_own() -> list[tuple[OwnAct, str]]:
    """One's own acts that can be taken back one after the other, in words, the last first."""
    still: dict[tuple[str, int], bool] = {}
    described = []
    for act in queries.list_acts(clock.now()):
        record = (act.kind.partition("_")[0], act.record_id)
        if record not in still:
            still[record] = current_user.can(WAYS_BACK[act.kind].right) and stands(act)
        if still[record]:
            described.append((act, WAYS_BACK[act.kind].describe(act).read()))
    return described
