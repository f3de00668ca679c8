"""A preview of an absence: recorded by the same code, and taken back at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from portal import clock
from portal.absences.commands.recording import (
    MOST_VISITS,
    AbsenceDetails,
    Away,
    add_absence_exception,
    check_number,
    where_away,
)
from portal.absences.queries import affected
from portal.absences.queries.affected import list_affected
from portal.absences.queries.starts import starts_for
from portal.absences.rules import (
    TO_GET_THERE,
    AffectedAppointment,
    Decision,
    Proposal,
    fingerprint,
    propose,
    settled,
)
from portal.db import session
from portal.scheduling.openings.by_day import count_openings


@dataclass(frozen=True)
class Plan:
    """The outcome of an absence that is not recorded yet.

    Attributes:
        places: where it holds, and when.
        lost: how many openings go: those that the board shows.
        visits: those that are booked then, the earliest first.
        proposals: where each could go, the best first; no seat is there twice.
        decisions: what is to become of each, as chosen or as proposed.
        begun: those that are under way, which stay with the doctor.
    """

    places: Sequence[Away]
    lost: int
    visits: Sequence[AffectedAppointment]
    proposals: Mapping[int, Sequence[Proposal]]
    decisions: Mapping[int, Decision]
    begun: Sequence[AffectedAppointment] = ()

    def fingerprint(self) -> str:
        """A text that is equal for one absence over one set of visits."""
        spans = {away.location.facility_id: away.span for away in self.places}
        return fingerprint(spans, self.visits)

    def count(self, what: str) -> int:
        """How many visits are to `move`, to be left (`leave`) or to `cancel`."""
        return sum(decision.what == what for decision in self.decisions.values())


def plan_absence(
    details: AbsenceDetails,
    chosen: Mapping[int, Decision],
    *,
    soon: bool = False,
    for_those_here: bool = False,
) -> Plan:
    """Look at what an absence would do; nothing stays.

    Args:
        details: who, when and where.
        chosen: what has been decided so far, by the visit's id.
        soon: whether starts within the next hour are proposed as well.
        for_those_here: whether some are proposed to patients who have come already.

    Raises:
        TooManyVisits, NowhereThere, SpanBackwards, OverAlready: at their field.
    """
    places = where_away(details)
    with session.begin_nested() as savepoint:
        lost = sum(
            count_openings(details.doctor_id, each.location.facility_id, each.span)
            for each in places
        )
        for each in places:
            add_absence_exception(details, each)
        spans = {each.location.facility_id: each.span for each in places}
        visits = list_affected(details.doctor_id, spans, limit=MOST_VISITS + 1)
        check_number(visits)
        begun = list_affected(details.doctor_id, spans, limit=MOST_VISITS, begun=True)
        to_propose = [visit for visit in visits if for_those_here or not visit.is_here]
        proposals: dict[int, list[Proposal]] = {visit.id: [] for visit in visits}
        if to_propose:
            soonest = clock.now() + (timedelta(0) if soon else TO_GET_THERE)
            starts = starts_for(to_propose, soonest=soonest)
            others = affected.other_visits(to_propose)
            proposals |= propose(to_propose, starts, chosen=chosen, other_visits=others)
        savepoint.rollback()
    return Plan(places, lost, visits, proposals, settled(visits, proposals, chosen), begun)
