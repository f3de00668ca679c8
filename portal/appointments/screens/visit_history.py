"""Acts on a visit and by whom, as its page lists them."""

from datetime import datetime
from typing import NamedTuple

from flask_babel import gettext as _

from portal.appointments.act_labels import DONE
from portal.appointments.queries.acts import list_history
from portal.appointments.screens.act_steps import said_of_acts
from portal.schema.appointments import Appointment
from portal.web.filters import localtime


class Entry(NamedTuple):
    """Something that happened, at a local time, and who did it."""

    at: datetime
    text: str
    who: str = ""
    undone: bool = False


def history_of(visit: Appointment, zone: str) -> list[Entry]:
    """Everything that was done to it and by whom, the latest first.

    What its own stamps tell alone was done before there was a history, or by a program.
    """
    done = list_history(visit.id)
    texts = said_of_acts([act for act, _who in done])
    entries = [
        Entry(localtime(act.done_at, zone), texts[act.id], name or "", act.undone_at is not None)
        for act, name in done
    ]
    known = {act.kind for act, _who in done}
    ends = {"completed": ("complete", "finish_step"), "no_show": ("no_show",),
            "cancelled": ("cancel",)}.get(visit.status, ("",))  # fmt: skip
    stamps = [
        (visit.finished_at, ends), (visit.started_at, ("start", "start_step")),
        (visit.checked_in_at, ("check_in",)), (visit.confirmed_at, ("confirm",)),
        (visit.created_at, ("book",)),
    ]  # fmt: skip
    entries += [
        Entry(localtime(moment, zone), _(DONE[kinds[0]]))
        for moment, kinds in stamps if moment and kinds[0] and not known & set(kinds)
    ]  # fmt: skip
    return sorted(entries, key=lambda entry: entry.at, reverse=True)
