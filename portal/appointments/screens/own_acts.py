"""What somebody did in the last ten minutes, in words: what `Z` takes back, said before it does."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import NamedTuple
from uuid import UUID

from flask_babel import ngettext

from portal import clock
from portal.appointments import queries
from portal.appointments.act_words import Called, called
from portal.appointments.screens.act_steps import said_of_acts
from portal.facilities.visits import ComingVisit, list_visits
from portal.scheduling.times import local_date
from portal.schema.acts import AppointmentAct
from portal.tenancy.context import request_context
from portal.web.filters import hhmm, localtime, shortdate


class OwnAct(NamedTuple):
    """Something that was done, perhaps to several appointments at once."""

    group: str
    done_at: datetime
    text: str


def list_own() -> list[OwnAct]:
    """One's own acts of the last ten minutes that nobody has changed since, the last first."""
    acts = queries.list_own_acts(clock.now())
    said = said_of_acts(acts)
    visits = {visit.id: visit for visit in list_visits([act.appointment_id for act in acts])}
    above = called({act.group_uid for act in acts})
    return [
        OwnAct(
            str(group),
            localtime(done[0].done_at, request_context().timezone),
            _words(done, said, visits, above.get(group)),
        )
        for group, done in ((group, list(done)) for group, done in groupby(acts, _group))
    ]


def _group(act: AppointmentAct) -> UUID:
    return act.group_uid


def _words(
    acts: Sequence[AppointmentAct], said: Mapping[int, str], visits: dict[int, ComingVisit],
    above: Called | None,
) -> str:  # fmt: skip
    what = ", ".join(dict.fromkeys(said[act.id] for act in reversed(acts)))
    ids = {act.appointment_id for act in acts}
    if above:
        return above.done
    if len(ids) > 1:
        num = len(ids)
        return f"{what}: {ngettext('%(num)s appointment', '%(num)s appointments', num)}"
    visit = visits.get(ids.pop())
    return f"{what}: {visit.patient}, {_when(visit)}, {visit.doctor}" if visit else what


def _when(visit: ComingVisit) -> str:
    start = localtime(visit.start_at, visit.zone)
    today = start.date() == local_date(clock.now(), visit.zone)
    return hhmm(start) if today else f"{shortdate(start)}, {hhmm(start)}"
