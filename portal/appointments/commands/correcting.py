"""Correcting an appointment of an earlier day, with a reason: what was forgotten, or was wrong."""

from collections.abc import Sequence

from portal import clock
from portal.appointments.commands import acts
from portal.appointments.commands.reversing import undo
from portal.appointments.commands.visit import lock, over, set_waiting
from portal.appointments.queries.visits import list_steps
from portal.appointments.rules.correcting import NotOfEarlierDay, check_correction, is_earlier
from portal.appointments.rules.visits import ReasonMissing
from portal.audit.notes import note
from portal.facilities.queries import zone_of
from portal.schema.acts import AppointmentAct
from portal.schema.appointments import Appointment, AppointmentStep

UNDO = "undo"


def correct(appointment: Appointment, to: str, because: str) -> Sequence[AppointmentAct]:
    """End an appointment of an earlier day as of that day, or take back what was done last.

    Args:
        appointment: the visit.
        to: completed, no_show, cancelled, or undo.
        because: the reason in words.

    Returns:
        what was taken back, if anything.

    Raises:
        ReasonMissing, NotOfEarlierDay, VisitNotAt.
        What `undo` raises.
    """
    if not because.strip():
        raise ReasonMissing(field="because")
    lock(appointment)
    zone = zone_of(appointment.facility_id)
    if not is_earlier(appointment, clock.now(), zone):
        raise NotOfEarlierDay
    was = appointment.status
    done: Sequence[AppointmentAct] = ()
    if to == UNDO:
        done = undo(appointment, later=True)
    else:
        check_correction(appointment, to)
        with acts.recorded(appointment, "correct"):
            _end(appointment, to, because.strip())
    note(
        "appointments.correct", table="appointments", record=appointment.id,
        patient=appointment.patient_id, reason=because.strip(), old={"status": was},
        new={"status": appointment.status},
    )  # fmt: skip
    return done


def _end(appointment: Appointment, to: str, because: str) -> None:
    steps = list_steps(appointment.id)
    if to == "completed":
        _as_planned(appointment, steps)
    else:
        set_waiting(steps, to)
    if to == "cancelled":
        appointment.cancel_reason, appointment.cancel_code = because, "other"
    ended = max(appointment.end_at, appointment.started_at or appointment.end_at)
    over(appointment, to, at=ended)


def _as_planned(appointment: Appointment, steps: Sequence[AppointmentStep]) -> None:
    """Let unrecorded steps have happened when they were to happen."""
    appointment.checked_in_at = appointment.checked_in_at or appointment.start_at
    appointment.started_at = appointment.started_at or appointment.start_at
    for step in steps:
        if step.status in ("scheduled", "in_progress"):
            step.started_at = step.started_at or step.scheduled_start_at
            step.finished_at = max(step.scheduled_end_at, step.started_at)
            step.status = "completed"
