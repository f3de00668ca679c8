"""Where the visits of a doctor who is away could go. Pure: no session, no clock of its own."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from portal.availability.rules import check_span
from portal.errors import N_, Conflict, DomainError
from portal.scheduling.times import MIDNIGHT, Span, instant

# How many starts are proposed for a visit, nearest first; one more with its own doctor.
PROPOSALS = 3
# How soon a patient who has to be called first can come.
TO_GET_THERE = timedelta(hours=1)


class NowhereThere(DomainError):
    message = N_("This doctor does not work at this facility.")
    field = "facility_id"


class TooManyVisits(DomainError):
    message = N_("More than %(most)s appointments are affected. Choose fewer days.")
    field = "last_day"


class OverAlready(DomainError):
    message = N_("That time has passed.")
    field = "last_day"


class CancellingNeedsReason(DomainError):
    message = N_("Enter why the appointments are cancelled.")
    field = "cancel_reason"


class UndoneAlready(Conflict):
    message = N_("This absence was undone already.")


class NotAllReturn(Conflict):
    message = N_(
        "Some appointments cannot go back. Undo the absence on its own page, where you see which."
    )


class NotMovedBack(DomainError):
    message = N_("Moved, cancelled or started since.")


class PlacesRefused(Conflict):
    """Some visits cannot go where they were sent: nothing is done.

    Attributes:
        errors: the reason of each such visit.
    """

    message = N_("Some appointments cannot go where you chose. Nothing was changed yet.")

    def __init__(self, errors: Mapping[int, DomainError]) -> None:
        super().__init__()
        self.errors = errors


class AffectedAppointment(NamedTuple):
    """A visit that is booked while its doctor is away.

    Attributes:
        specialty: its doctor's.
        seen_by: the other doctor who saw the patient last for this service.
    """

    id: int
    patient_id: int
    doctor_id: int
    facility_id: int
    offering_id: int
    service_id: int
    plan_id: int | None
    slot_id: int | None
    start_at: datetime
    end_at: datetime
    status: str = "scheduled"
    specialty: str | None = None
    seen_by: int | None = None

    @property
    def is_here(self) -> bool:
        """Whether the patient has come already."""
        return self.status != "scheduled"

    @property
    def minutes(self) -> int:
        """How long it takes, wherever it goes."""
        return Span(self.start_at, self.end_at).minutes

    @property
    def kind(self) -> tuple[int, int | None, int]:
        """Visits of one kind fit the same starts."""
        return self.service_id, self.plan_id, self.minutes


class Proposal(NamedTuple):
    """A start that a visit could have; `seats` are those still free."""

    slot_id: int
    offering_id: int
    doctor_id: int
    facility_id: int
    start_at: datetime
    end_at: datetime
    busy_from: datetime
    busy_until: datetime
    seats: int
    zone: str
    specialty: str | None = None

    @property
    def key(self) -> tuple[int, int]:
        """The slot and the offering of this start."""
        return self.slot_id, self.offering_id

    @property
    def busy(self) -> Span:
        return Span(self.busy_from, self.busy_until)


class Decision(NamedTuple):
    """The choice for a visit: `move` to a start, `leave` it to decide later, or `cancel`."""

    what: str
    slot_id: int = 0
    offering_id: int = 0

    @property
    def key(self) -> tuple[int, int]:
        return self.slot_id, self.offering_id


LEAVE, CANCEL = Decision("leave"), Decision("cancel")


def span_of(first: date, last: date, times: tuple[time | None, time | None], zone: str) -> Span:
    """From a time of the first day to a time of the last, in a facility's zone.

    No time is the day's beginning or its end, and so is an end at 00:00. Raises SpanBackwards.
    """
    opens, closes = times
    end_day = last if closes and closes != MIDNIGHT else last + timedelta(days=1)
    span = (
        instant(first, opens or MIDNIGHT, zone),
        instant(end_day, closes or MIDNIGHT, zone),
    )
    check_span(*span)
    return Span(*span)


Rank = tuple[bool, int, timedelta, bool, datetime, int, int]


def rank(visit: AffectedAppointment, proposal: Proposal) -> Rank:
    """The order of proposals: facility first, then kind of doctor, nearest in time, same doctor."""
    return (
        proposal.facility_id != visit.facility_id,
        _strangeness(visit, proposal),
        abs(proposal.start_at - visit.start_at),
        proposal.doctor_id != visit.doctor_id,
        proposal.start_at,
        proposal.slot_id,
        proposal.offering_id,
    )


def _strangeness(visit: AffectedAppointment, proposal: Proposal) -> int:
    """Who saw the patient last for this service, then a doctor of the same kind, then others."""
    if proposal.doctor_id == visit.seen_by:
        return 0
    alike = proposal.specialty == visit.specialty
    return 1 if alike or proposal.doctor_id == visit.doctor_id else 2


@dataclass
class _Given:
    """The proposals so far: to no two visits a start that only one of them can have."""

    other_visits: Mapping[int, Sequence[Span]]
    seats: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    doctors: dict[int, list[tuple[int, int, Span]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    patients: dict[int, list[tuple[int, Span]]] = field(default_factory=lambda: defaultdict(list))

    def allows(self, visit: AffectedAppointment, proposal: Proposal) -> bool:
        others = self.seats[proposal.slot_id] - {visit.id}
        return (
            len(others) < proposal.seats
            and self._patient_is_free(visit, Span(proposal.start_at, proposal.end_at))
            and self._doctor_is_free(visit, proposal)
        )

    def give(self, visit: AffectedAppointment, proposal: Proposal) -> None:
        self.seats[proposal.slot_id].add(visit.id)
        self.doctors[proposal.doctor_id].append((visit.id, proposal.slot_id, proposal.busy))
        span = Span(proposal.start_at, proposal.end_at)
        self.patients[visit.patient_id].append((visit.id, span))

    def _patient_is_free(self, visit: AffectedAppointment, span: Span) -> bool:
        if any(span.touches(other) for other in self.other_visits.get(visit.patient_id, ())):
            return False
        given = self.patients[visit.patient_id]
        return not any(each != visit.id and span.touches(other) for each, other in given)

    def _doctor_is_free(self, visit: AffectedAppointment, proposal: Proposal) -> bool:
        """Visits of one group slot share their doctor's time."""
        return not any(
            each != visit.id and slot_id != proposal.slot_id and proposal.busy.touches(other)
            for each, slot_id, other in self.doctors[proposal.doctor_id]
        )


def propose(
    visits: Sequence[AffectedAppointment],
    starts: Mapping[tuple[int, int | None, int], Sequence[Proposal]],
    *,
    chosen: Mapping[int, Decision],
    other_visits: Mapping[int, Sequence[Span]],
) -> dict[int, list[Proposal]]:
    """Starts for each visit, the best first; no seat is proposed to two visits.

    Every visit has its first before any has its second, so that a short day is shared fairly.

    Args:
        visits: the earliest first.
        starts: what is on offer for each kind of visit.
        chosen: decisions taken already: those starts stay with their visits while they can.
        other_visits: the other visits of each patient.
    """
    given = _Given(other_visits)
    found: dict[int, list[Proposal]] = {visit.id: [] for visit in visits}
    ranked = {visit.id: _ranked(visit, starts.get(visit.kind, ())) for visit in visits}

    def add(visit: AffectedAppointment, wanted: Iterable[Proposal]) -> None:
        free = (each for each in wanted if given.allows(visit, each))
        proposal = next((each for each in free if each not in found[visit.id]), None)
        if proposal is not None:
            given.give(visit, proposal)
            found[visit.id].append(proposal)

    for visit in visits:
        key = chosen[visit.id].key if visit.id in chosen else None
        add(visit, (each for each in ranked[visit.id] if each.key == key))
    for count in range(1, PROPOSALS + 1):
        for visit in (each for each in visits if len(found[each.id]) < count):
            add(visit, ranked[visit.id])
    for visit in (each for each in visits if not _keeps_doctor(each, found[each.id])):
        add(visit, (each for each in ranked[visit.id] if each.doctor_id == visit.doctor_id))
    return {visit.id: _ranked(visit, found[visit.id]) for visit in visits}


def _ranked(visit: AffectedAppointment, proposals: Iterable[Proposal]) -> list[Proposal]:
    return sorted(proposals, key=lambda proposal: rank(visit, proposal))


def _keeps_doctor(visit: AffectedAppointment, proposals: Iterable[Proposal]) -> bool:
    return any(proposal.doctor_id == visit.doctor_id for proposal in proposals)


def settled(
    visits: Sequence[AffectedAppointment],
    proposals: Mapping[int, Sequence[Proposal]],
    chosen: Mapping[int, Decision],
) -> dict[int, Decision]:
    """A decision for every visit: what was chosen while it is possible, else the best proposal.

    A visit whose chosen start is gone is left to decide: nobody has looked at another yet. So is
    that of somebody who is here, until a person decides.
    """
    decided = {}
    for visit in visits:
        possible = {each.key for each in proposals[visit.id]}
        decision = chosen.get(visit.id)
        if decision is None:
            best = next(iter(proposals[visit.id]), None)
            decision = LEAVE if not best or visit.is_here else Decision("move", *best.key)
        elif decision.what == "move" and decision.key not in possible:
            decision = LEAVE
        decided[visit.id] = decision
    return decided


def fingerprint(spans: Mapping[int, Span], visits: Sequence[AffectedAppointment]) -> str:
    """A text that is equal for one absence over one set of visits."""
    where = [(facility_id, span.start, span.end) for facility_id, span in sorted(spans.items())]
    return repr(
        (where, [(visit.id, visit.start_at, visit.offering_id, visit.status) for visit in visits])
    )
