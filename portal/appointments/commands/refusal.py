"""Why a start cannot be booked, as the refusal that staff read."""

from collections.abc import Sequence
from datetime import datetime

from portal.appointments.rules.openings import DoesNotFit
from portal.appointments.rules.visits import (
    NotOffered,
    NoWorkflow,
    PatientBusy,
    PlanNotAccepted,
    StartPassed,
)
from portal.errors import DomainError
from portal.scheduling.openings.listing import OpeningQuery, nearest_openings
from portal.scheduling.openings.reasons import Reason, why_not
from portal.scheduling.rules import NotAnOpening, SlotTaken, TimeTaken
from portal.scheduling.slots import seats

# What the database refuses of a seat, or of a patient's time.
CONSTRAINTS = seats.CONSTRAINTS | {"ex_appointments_patient": PatientBusy}
# What decides first: a refusal, and the reasons it stands for.
KINDS: dict[type[DomainError], frozenset[str]] = {
    NotOffered: frozenset(
        {"offering_inactive", "service_retired", "doctor_retired", "facility_closed", "no_place"}
    ),
    PlanNotAccepted: frozenset(
        {"plan_not_effective", "plan_not_accepted", "plan_outside_contract"}
    ),
    NoWorkflow: frozenset({"no_workflow"}),
    StartPassed: frozenset({"passed"}),
    DoesNotFit: frozenset({"too_short"}),
}
# What stands against a visit at any time, whatever slots there are.
STANDING = (NotOffered, PlanNotAccepted, NoWorkflow)
TAKEN = frozenset({"full", "held", "doctor_taken"})
# Nobody works then, whoever else is booked.
NO_HOURS = frozenset({"away", "no_rule", "not_published", "outside_hours"})


def refusal(wanted: OpeningQuery, at: datetime, *, chosen: bool) -> DomainError:
    """Why a start cannot be booked, by its true reason, with other starts where it helps.

    Args:
        wanted: the offering and plan; the minutes of a visit that is moved.
        at: the start.
        chosen: it was an opening when it was chosen, so that what takes it now came since.
    """
    minutes = wanted.minutes
    reasons = why_not(wanted.offering_id or 0, wanted.plan_id, at, minutes=minutes)
    error = decisive(reasons)
    if error is None or (isinstance(error, DoesNotFit) and _without_hours(reasons)):
        error = _of_its_time(reasons, chosen=chosen)
    if isinstance(error, SlotTaken):
        error.alternatives = tuple(nearest_openings(wanted, at))
    return error


def decisive(reasons: Sequence[Reason]) -> DomainError | None:
    """The refusal of the reason that decides first."""
    for kind, codes in KINDS.items():
        for reason in reasons:
            if reason.code in codes:
                return kind(_own_words(kind, reason), **reason.params)
    return None


def _own_words(kind: type[DomainError], reason: Reason) -> str | None:
    """The message of a refusal of several reasons: that of the one it is."""
    return reason.message if kind is NotOffered else None


def _without_hours(reasons: Sequence[Reason]) -> Reason | None:
    """Why nobody works then."""
    return next((reason for reason in reasons if reason.code in NO_HOURS), None)


def _of_its_time(reasons: Sequence[Reason], *, chosen: bool) -> SlotTaken:
    """Why it is no opening: nobody works then, it is taken (or was a moment ago), or what it is."""
    none = _without_hours(reasons)
    if not reasons:
        return SlotTaken() if chosen else NotAnOpening()
    if none is None and any(reason.code in TAKEN for reason in reasons):
        return SlotTaken() if chosen else TimeTaken()
    reason = none or reasons[0]
    return NotAnOpening(reason.message, **reason.params)
