"""The steps of a visit: each begins after the one before, the last one ends the visit."""

from portal import clock
from portal.appointments import queries
from portal.appointments.commands.visit import begin, finish, lock, over, save
from portal.appointments.models import Appointment, AppointmentStep
from portal.appointments.rules import (
    LIVE,
    StepOutOfTurn,
    VisitNotAt,
    check_move,
    check_skip,
    check_turn,
    current_step,
    next_step,
)


def start_step(appointment: Appointment, step: AppointmentStep) -> None:
    """Begin a step; the one before is finished with it, and a visit that waited begins.

    Raises:
        StepOutOfTurn: steps before it are waiting, or it has begun.
        VisitNotAt: the patient has not arrived, or the visit is over.
    """
    lock(appointment)
    if appointment.status != "in_progress":
        check_move(appointment, "in_progress")
        appointment.status, appointment.started_at = "in_progress", clock.now()
    steps = queries.list_steps(appointment.id)
    check_turn(steps, step)
    current = current_step(steps)
    if current is not None:
        finish(current)
    begin(step)
    save(appointment)


def finish_step(appointment: Appointment, step: AppointmentStep) -> None:
    """Finish the step under way; the last one completes the visit. Raises StepOutOfTurn."""
    lock(appointment)
    if step.status != "in_progress":
        raise StepOutOfTurn
    finish(step)
    _end_with_last_step(appointment)


def skip_step(appointment: Appointment, step: AppointmentStep) -> None:
    """Leave out a step that may be left out; it shows as cancelled.

    Raises:
        StepNotSkippable: its workflow does not let it be skipped.
        StepOutOfTurn: it is done already. VisitNotAt: the visit is over.
    """
    lock(appointment)
    if appointment.status not in LIVE:
        raise VisitNotAt(status=appointment.status, wanted="in_progress")
    check_skip(step, step.id in queries.skippable_steps(appointment.id))
    step.status = "cancelled"
    _end_with_last_step(appointment)


def _end_with_last_step(appointment: Appointment) -> None:
    steps = queries.list_steps(appointment.id)
    done = next_step(steps) is None and current_step(steps) is None
    if done and appointment.status == "in_progress":
        over(appointment, "completed")
    else:
        save(appointment)
