"""A visit's life and times. Pure: no session, no clock of its own."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

from portal.errors import N_, Conflict, DomainError
from portal.scheduling.times import Span, local_date

# Every way forward; the way back is what was there before.
FORWARD = {
    "scheduled": frozenset({"checked_in", "cancelled", "no_show"}),
    "checked_in": frozenset({"in_progress", "cancelled", "no_show"}),
    "in_progress": frozenset({"completed"}),
}
STANDS = {
    "scheduled": N_("The patient has not arrived yet."),
    "checked_in": N_("Already checked in."),
    "in_progress": N_("Already in progress."),
    "completed": N_("Already completed."),
    "no_show": N_("This appointment is marked as a no-show."),
    "cancelled": N_("This appointment is cancelled."),
}
LIVE = frozenset({"scheduled", "checked_in", "in_progress"})
MOVABLE = frozenset({"scheduled", "checked_in"})
OVER = frozenset({"completed", "no_show", "cancelled"})
AROUND_MIDNIGHT = timedelta(hours=4)


class PatientBusy(Conflict):
    message = N_("This patient has another appointment at that time.")
    field = "patient_id"


class PatientNotActive(DomainError):
    message = N_("This patient is inactive. Set the status to active on the chart first.")
    field = "patient_id"


class PatientDeceased(PatientNotActive):
    """Corrected on the chart, if that is a mistake."""

    message = N_("This patient is recorded as deceased. If that is wrong, correct it on the chart.")


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


class DoctorBusyNow(Conflict):
    message = N_("The doctor is taken now. Move the appointment to another time first.")


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
    message = N_("The appointment's time has not come yet.")


class AnotherDay(Conflict):
    """`day` is the appointment's own local day."""

    message = N_("This appointment is on %(day)s.")


class ListChanged(Conflict):
    message = N_("The list has changed. Look at it again before you cancel.")


class VisitNotMovable(Conflict):
    message = N_("Only an appointment that has not begun can be moved.")


class MovedMeanwhile(Conflict):
    """Somebody else moved it after it was shown; nothing is moved until one of both is chosen."""

    message = N_("This appointment was moved meanwhile. Nothing was changed.")


class NotUndoneAnyMore(Conflict):
    message = N_("There is nothing to undo, or it was not done today.")


class CorrectedByOther(NotUndoneAnyMore):
    message = N_("Somebody else corrected this appointment. Only a correction changes it again.")


class NothingToUndo(Conflict):
    message = N_("Nothing of the last ten minutes to undo.")


class ChangedSince(Conflict):
    message = N_("This appointment was changed since. Open it to see how it stands now.")


class StepOutOfTurn(Conflict):
    message = N_("The steps before it come first.")


class StepNotSkippable(DomainError):
    message = N_("This step cannot be skipped.")


class StepsRemain(Conflict):
    """`steps` are the names of those that cannot be skipped and are not done."""

    message = N_("Finish %(steps)s first.")


class Visit(Protocol):
    """An appointment, as far as the rules need it."""

    status: str
    start_at: datetime
    end_at: datetime
    checked_in_at: datetime | None
    started_at: datetime | None
    finished_at: datetime | None


class Act(Protocol):
    """An act on an appointment, as far as the rules need it."""

    kind: str
    done_at: datetime
    user_id: int | None


class Step(Protocol):
    """A step, a row or an entity, as far as the rules need it."""

    @property
    def position(self) -> int: ...
    @property
    def status(self) -> str: ...


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


def where(start_at: datetime, doctor_id: int) -> str:
    """With whom and when an appointment is, as a page carries it for whoever moves it.

    The doctor first: a column's cards then begin alike, and compress to a tenth less.
    """
    return f"{doctor_id}-{int(start_at.timestamp()) // 60}"


def check_move(visit: Visit, to: str) -> None:
    """Refuse a status that does not follow; raises VisitNotAt, which names both."""
    if to not in FORWARD.get(visit.status, frozenset()):
        raise VisitNotAt(status=visit.status, wanted=to)


def is_its_day(visit: Visit, now: datetime, zone: str) -> bool:
    """Whether it is the appointment's own local day, or an hour around midnight next to it."""
    if local_date(visit.start_at, zone) == local_date(now, zone):
        return True
    return visit.start_at - AROUND_MIDNIGHT <= now <= visit.end_at + AROUND_MIDNIGHT


def check_day(visit: Visit, now: datetime, zone: str) -> None:
    """Refuse what belongs to another day; raises AnotherDay, which names it."""
    if not is_its_day(visit, now, zone):
        raise AnotherDay(day=local_date(visit.start_at, zone))


def check_undo(act: Act, visit: Visit, now: datetime, zone: str, *, user_id: int | None) -> None:
    """An act can be taken back on the same local day; raises NotUndoneAnyMore.

    A cancelled appointment is restored as long as its own day is not over. A correction took a
    right and a reason: only who made it takes it back without.
    """
    if act.kind == "correct" and act.user_id != user_id:
        raise CorrectedByOther
    today = local_date(now, zone)
    comes = act.kind == "cancel" and today <= local_date(visit.start_at, zone)
    if not comes and local_date(act.done_at, zone) != today:
        raise NotUndoneAnyMore


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


def steps_left(steps: Iterable[AnyStep], skippable: Iterable[int]) -> list[AnyStep]:
    """The steps that cannot be skipped and have not begun: with one left, no visit completes."""
    return [s for s in steps if s.status == "scheduled" and s.position not in skippable]
