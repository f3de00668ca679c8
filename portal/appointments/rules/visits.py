"""A visit's life and times. Pure: no session, no clock of its own."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol, TypeVar

from portal.availability.rules import Span, local_date
from portal.refusals import N_, Conflict, DomainError

# Every way forward; the one step back is `BACK`.
FORWARD = {
    "scheduled": frozenset({"checked_in", "cancelled", "no_show"}),
    "checked_in": frozenset({"in_progress", "cancelled", "no_show"}),
    "in_progress": frozenset({"completed"}),
}
STANDS = {
    "scheduled": N_("The patient has not arrived yet."),
    "checked_in": N_("The patient has arrived, and the visit has not begun yet."),
    "in_progress": N_("The visit is under way."),
    "completed": N_("The visit is completed."),
    "no_show": N_("The patient did not come to this visit."),
    "cancelled": N_("The visit is cancelled."),
}
LIVE = frozenset({"scheduled", "checked_in", "in_progress"})
MOVABLE = frozenset({"scheduled", "checked_in"})
OVER = frozenset({"completed", "no_show", "cancelled"})


class SlotTaken(Conflict):
    """`alternatives` are the nearest starts still on offer (`queries.Offer`)."""

    message = N_("Someone just took that time.")
    field = "start_at"
    alternatives: tuple[Any, ...] = ()


class SlotHeld(SlotTaken):
    message = N_("%(holder)s is holding that time.")


class DoesNotFit(SlotTaken):
    message = N_("The visit takes %(minutes)s minutes, and there is not that much time from then.")


class PatientBusy(Conflict):
    message = N_("This patient has another appointment at that time.")
    field = "patient_id"


class PatientNotActive(DomainError):
    message = N_("This patient's record is inactive.")
    field = "patient_id"


class PatientDeceased(PatientNotActive):
    message = N_("This patient is recorded as deceased.")


class PlanNotAccepted(DomainError):
    message = N_("The facility does not accept this plan on that date.")
    field = "insurance_plan_id"


class NoWorkflow(DomainError):
    message = N_("No workflow says which steps this visit takes.")
    field = "service_offering_id"


class NotOffered(DomainError):
    message = N_("This service is not offered by this doctor there.")
    field = "service_offering_id"


class StartPassed(DomainError):
    message = N_("That time has passed.")
    field = "start_at"


class DoctorBusy(Conflict):
    message = N_("The doctor is already booked then. Give a reason to overbook, or another time.")
    field = "overbook_reason"


class OverbookingNotAllowed(DomainError):
    message = N_("Booking over another appointment needs the right to overbook.")
    field = "overbook_reason"


class ReasonMissing(DomainError):
    message = N_("Say why.")


class VisitNotAt(Conflict):
    """The visit stands where that does not follow; the message says where."""

    def __init__(self, *, status: str, wanted: str) -> None:
        super().__init__(STANDS[status], status=status, wanted=wanted)


class NotBegunYet(Conflict):
    message = N_("The visit's start has not passed yet.")


class VisitNotMovable(Conflict):
    message = N_("Only a visit that has not begun can be moved.")


class NotUndoneAnyMore(Conflict):
    message = N_("There is no step to take back, or it was not taken today.")


class StepOutOfTurn(Conflict):
    message = N_("The steps before it come first.")


class StepNotSkippable(DomainError):
    message = N_("This step cannot be skipped.")


class StepsRemain(Conflict):
    message = N_("Some steps cannot be skipped and are not done yet.")


class Visit(Protocol):
    """What the rules need to know of an appointment."""

    status: str
    start_at: datetime
    end_at: datetime
    checked_in_at: datetime | None
    started_at: datetime | None
    finished_at: datetime | None


class Step(Protocol):
    """What the rules need to know of a step."""

    position: int
    status: str


AnyStep = TypeVar("AnyStep", bound=Step)


@dataclass(frozen=True)
class Times:
    """When a visit is, and how long its doctor is taken for it."""

    visit: Span
    busy: Span


def inactive(status: str) -> PatientNotActive:
    """Why nothing is booked for a patient whose record is not active."""
    return PatientDeceased() if status == "deceased" else PatientNotActive()


def times(start_at: datetime, minutes: int, before: int, after: int) -> Times:
    """A visit's span and its doctor's, buffers included; all lengths in minutes."""
    visit = Span(start_at, start_at + timedelta(minutes=minutes))
    return Times(
        visit,
        Span(start_at - timedelta(minutes=before), visit.end + timedelta(minutes=after)),
    )


def whole_minute(moment: datetime) -> datetime:
    """Visits start on a minute: a walk-in at 10:07:31 starts at 10:07."""
    return moment.replace(second=0, microsecond=0)


def check_move(visit: Visit, to: str) -> None:
    """Refuse a status that does not follow; raises VisitNotAt, which names both."""
    if to not in FORWARD.get(visit.status, frozenset()):
        raise VisitNotAt(status=visit.status, wanted=to)


def before(visit: Visit) -> str | None:
    """The status an undo goes back to; None: there is nothing before it."""
    back = {
        "checked_in": "scheduled",
        "in_progress": "checked_in",
        "completed": "in_progress",
    }
    if visit.status in ("cancelled", "no_show"):
        return "checked_in" if visit.checked_in_at else "scheduled"
    return back.get(visit.status)


def since(visit: Visit) -> datetime | None:
    """When the present status began; None for a visit that is only scheduled."""
    if visit.status in OVER:
        return visit.finished_at
    return {"checked_in": visit.checked_in_at, "in_progress": visit.started_at}.get(visit.status)


def check_undo(visit: Visit, now: datetime, zone: str) -> str:
    """The status to go back to, which the same local day allows; raises NotUndoneAnyMore."""
    back, moment = before(visit), since(visit)
    if back is None or moment is None or local_date(moment, zone) != local_date(now, zone):
        raise NotUndoneAnyMore
    return back


def keeps_seat(visit: Visit, now: datetime) -> bool:
    """Cancelling frees the seat at once, unless the visit is over."""
    return now >= visit.end_at


def current_step(steps: Iterable[AnyStep]) -> AnyStep | None:
    """The step in progress."""
    return next((step for step in steps if step.status == "in_progress"), None)


def next_step(steps: Iterable[AnyStep]) -> AnyStep | None:
    """The first step not begun yet."""
    return next((step for step in steps if step.status == "scheduled"), None)


def check_turn(steps: Sequence[Step], step: Step) -> None:
    """A step starts when all before it are done, skipped, or (the last of them) under way."""
    waiting = next_step(steps)
    if waiting is None or waiting.position != step.position:
        raise StepOutOfTurn


def check_skip(step: Step, can_be_skipped: bool) -> None:
    if not can_be_skipped:
        raise StepNotSkippable
    if step.status not in ("scheduled", "in_progress"):
        raise StepOutOfTurn


def check_all_done(steps: Iterable[Step], skippable: Iterable[int]) -> None:
    """A visit completes when no step is left that cannot be skipped."""
    if any(step.status == "scheduled" and step.position not in skippable for step in steps):
        raise StepsRemain
