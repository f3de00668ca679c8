"""Own acts of the last ten minutes, in words: those that `Z` takes back, named before it does."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import NamedTuple
from uuid import UUID

from flask_babel import ngettext

from portal import clock
from portal.appointments.act_labels import Called, called
from portal.appointments.queries.acts import list_own_acts
from portal.appointments.screens.act_steps import said_of_acts
from portal.facilities.visits import BookedVisit, list_visits
from portal.scheduling.times import local_date
from portal.schema.acts import AppointmentAct, OwnAct
from portal.tenancy.context import request_context
from portal.undoing.ways import list_own as list_own_records
from portal.web.filters import hhmm, localtime, shortdate

# An act, what names it, and what was done in words.
Done = tuple[AppointmentAct | OwnAct, str, str]


class ToldAct(NamedTuple):
    """Something that was done, perhaps to several appointments at once."""

    name: str
    done_at: datetime
    text: str


def list_own() -> list[ToldAct]:
    """One's own acts of the last ten minutes that nobody has changed since, the last first."""
    records: list[Done] = [(act, str(act.row_uid), text) for act, text in list_own_records()]
    both = sorted([*_of_visits(), *records], key=lambda done: _moment(done[0]), reverse=True)
    zone = request_context().timezone
    return [ToldAct(name, localtime(act.done_at, zone), text) for act, name, text in both]


def _moment(act: AppointmentAct | OwnAct) -> tuple[datetime, datetime]:
    """A demonstration's clock may stand still; what the database says never does."""
    return act.done_at, act.created_at


def _of_visits() -> list[Done]:
    acts = list_own_acts(clock.now())
    texts = said_of_acts(acts)
    visits = {visit.id: visit for visit in list_visits([act.appointment_id for act in acts])}
    above = called({act.group_uid for act in acts})
    return [
        (done[0], str(group), _words(done, texts, visits, above.get(group)))
        for group, done in ((group, list(done)) for group, done in groupby(acts, _group))
    ]


def _group(act: AppointmentAct) -> UUID:
    return act.group_uid


def _words(
    acts: Sequence[AppointmentAct], texts: Mapping[int, str], visits: dict[int, BookedVisit],
    above: Called | None,
) -> str:  # fmt: skip
    what = ", ".join(dict.fromkeys(texts[act.id] for act in reversed(acts)))
    ids = {act.appointment_id for act in acts}
    if above:
        return above.done
    if len(ids) > 1:
        num = ngettext("%(num)s appointment", "%(num)s appointments", len(ids))
        whose = {visits[each].patient for each in ids if each in visits}
        return f"{what}: {', '.join([*whose, num])}" if len(whose) == 1 else f"{what}: {num}"
    visit = visits.get(ids.pop())
    return f"{what}: {visit.patient}, {_when(visit)}, {visit.doctor}" if visit else what


def _when(visit: BookedVisit) -> str:
    start = localtime(visit.start_at, visit.zone)
    today = start.date() == local_date(clock.now(), visit.zone)
    return hhmm(start) if today else f"{shortdate(start)}, {hhmm(start)}"
