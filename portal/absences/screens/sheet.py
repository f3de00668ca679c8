"""The rows of the screens, in words."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from flask_babel import gettext as _

from portal.absences.commands.recording import MOST_VISITS
from portal.absences.commands.undoing import Undone
from portal.absences.forms import PREFIX, value_of
from portal.absences.queries.records import Call, list_calls
from portal.absences.rules import CANCEL, LEAVE, AffectedAppointment, Decision, Proposal
from portal.absences.screens.planning import Plan
from portal.doctors.queries import list_doctor_names
from portal.facilities.queries import list_facility_names
from portal.facilities.visits import BookedVisit, list_visits
from portal.web.filters import hhmm, localtime, shortdate
from portal.web.forms.form import translate


class Option(NamedTuple):
    """An outcome for a visit, as a choice in a list."""

    value: str
    text: str
    chosen: bool


@dataclass(frozen=True)
class ChoiceRow:
    """A visit with what can become of it; `error` is why the last choice was not possible."""

    visit: BookedVisit
    name: str
    options: Sequence[Option]
    error: str | None
    is_here: bool


class Stay(NamedTuple):
    """A visit that cannot be brought back, and why."""

    call: Call
    why: str


def choice_rows(
    plan: Plan, visits: Sequence[AffectedAppointment], reasons: Mapping[int, str]
) -> list[ChoiceRow]:
    """The shown visits; their patients count as seen."""
    known = {visit.id: visit for visit in list_visits([visit.id for visit in visits])}
    label_of = start_words(each for visit in visits for each in plan.proposals[visit.id])
    rows = []
    for visit in visits:
        decision = plan.decisions[visit.id]
        moves = [Option(value_of(Decision("move", *each.key)), label_of(visit, each),
                        decision == Decision("move", *each.key))
                 for each in plan.proposals[visit.id]]  # fmt: skip
        others = [
            Option("leave", _("Not decided yet"), decision == LEAVE),
            Option("cancel", _("Cancel appointment"), decision == CANCEL),
        ]
        row = ChoiceRow(known[visit.id], f"{PREFIX}{visit.id}", [*moves, *others],
                        reasons.get(visit.id), visit.is_here)  # fmt: skip
        rows.append(row)
    return rows


def start_words(proposals: Iterable[Proposal]) -> Callable[[AffectedAppointment, Proposal], str]:
    """How one of these starts is said: when, with whom, and where if that is elsewhere."""
    proposed = list(proposals)
    doctors = list_doctor_names({each.doctor_id for each in proposed})
    facilities = list_facility_names({each.facility_id for each in proposed})

    def label_of(visit: AffectedAppointment, proposal: Proposal) -> str:
        at = localtime(proposal.start_at, proposal.zone)
        doctor = doctors.get(proposal.doctor_id, "?")
        when = f"{shortdate(at)}, {hhmm(at)} · {doctor}"
        if proposal.facility_id == visit.facility_id:
            return when
        return f"{when} · {facilities.get(proposal.facility_id, '?')}"

    return label_of


def carried(plan: Plan, rows: Sequence[ChoiceRow]) -> list[tuple[str, str]]:
    """The choices of the visits on other pages, for the form to carry along."""
    here = {row.visit.id for row in rows}
    return [(f"{PREFIX}{each.id}", value_of(plan.decisions[each.id]))
            for each in plan.visits if each.id not in here]  # fmt: skip


def stays_of(absence_id: int, undone: Undone) -> list[Stay]:
    """The visits that cannot be brought back; their patients count as seen."""
    if not undone.stays:
        return []
    calls = list_calls(absence_id, only=list(undone.stays), limit=MOST_VISITS)
    return [Stay(call, translate(undone.stays[call.appointment_id])) for call in calls]
