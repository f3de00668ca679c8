"""The steps of a visit: each begins after the one before, the last one ends the visit."""

from portal import clock
from portal.appointments.commands import acts
from portal.appointments.commands.visit import (
    begin,
    check_in,
    check_its_day,
    complete_visit,
    finish,
    lock,
    over,
    save,
    start_visit,
)
from portal.appointments.queries.visits import list_steps, skippable_steps
from portal.appointments.rules.next_step import Next, what_comes_next
from portal.appointments.rules.visits import (
    LIVE,
    ChangedSince,
    StepOutOfTurn,
    VisitNotAt,
    check_move,
    check_skip,
    check_turn,
    current_step,
    next_step,
)
from portal.schema.appointments import Appointment, AppointmentStep


def take_next(appointment: Appointment, *, version: int) -> Next[AppointmentStep]:
    """Do what comes next in a visit, once: the same press sent twice does it once.

    Args:
        appointment: the visit.
        version: its version on the screen where it was asked.

    Raises:
        VisitNotAt: it stands elsewhere by now; the message says where.
        ChangedSince: it was changed otherwise. AnotherDay.
    """
    lock(appointment)
    coming = what_comes_next(appointment.status, list_steps(appointment.id))
    if appointment.row_version != version and appointment.status == "scheduled":
        raise ChangedSince
    if coming is None or appointment.row_version != version:
        raise VisitNotAt(status=appointment.status, wanted=appointment.status)
    if coming.step is not None:
        {"start_step": start_step, "finish_step": finish_step}[coming.kind](
            appointment, coming.step
        )
    else:
        NEXT[coming.kind](appointment)
    return coming


def start_step(appointment: Appointment, step: AppointmentStep) -> None:
    """Begin a step; the one before is finished with it, and a visit that waited begins.

    Raises:
        StepOutOfTurn: steps before it are waiting, or it has begun.
        VisitNotAt: the patient has not arrived, or the visit is over.
        AnotherDay: the patient would begin on a day that is not the appointment's.
    """
    lock(appointment)
    begins = appointment.status != "in_progress"
    if begins:
        check_move(appointment, "in_progress")
        check_its_day(appointment)
    steps = list_steps(appointment.id)
    check_turn(steps, step)
    with acts.recorded(appointment, "start_step", step):
        if begins:
            appointment.status, appointment.started_at = "in_progress", clock.now()
        current = current_step(steps)
        if current is not None:
            finish(current)
        begin(step)


def finish_step(appointment: Appointment, step: AppointmentStep) -> None:
    """Finish the step under way; the last one completes the visit. Raises StepOutOfTurn."""
    lock(appointment)
    if step.status != "in_progress":
        raise StepOutOfTurn
    with acts.recorded(appointment, "finish_step", step):
        finish(step)
        _end_with_last_step(appointment)


def skip_step(appointment: Appointment, step: AppointmentStep) -> None:
    """Leave out a step that may be left out; it shows as skipped.

    Raises:
        StepNotSkippable: its workflow does not let it be skipped.
        StepOutOfTurn: it is done already. VisitNotAt: the visit is over.
    """
    _check_live(appointment)
    check_skip(step, step.id in skippable_steps(appointment.id))
    with acts.recorded(appointment, "skip_step", step):
        step.status = "cancelled"
        _end_with_last_step(appointment)


def unskip_step(appointment: Appointment, step: AppointmentStep) -> None:
    """A step that was left out is to be done after all. Raises StepOutOfTurn, VisitNotAt."""
    _check_live(appointment)
    if step.status != "cancelled":
        raise StepOutOfTurn
    with acts.recorded(appointment, "unskip_step", step):
        step.status, step.started_at = "scheduled", None


def _check_live(appointment: Appointment) -> None:
    lock(appointment)
    if appointment.status not in LIVE:
        raise VisitNotAt(status=appointment.status, wanted="in_progress")


def _end_with_last_step(appointment: Appointment) -> None:
    steps = list_steps(appointment.id)
    done = next_step(steps) is None and current_step(steps) is None
    if done and appointment.status == "in_progress":
        over(appointment, "completed")
    else:
        save(appointment)


NEXT = {"check_in": check_in, "start": start_visit, "complete": complete_visit}
