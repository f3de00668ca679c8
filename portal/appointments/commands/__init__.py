"""Every write of appointments: one function for each thing staff can do."""

from portal.appointments.commands.booking import BookingDetails, book_appointment, walk_in
from portal.appointments.commands.first_visit import book_first_visit
from portal.appointments.commands.holds import (
    hold_minutes,
    hold_slot,
    release_slot,
    sweep_holds,
)
from portal.appointments.commands.rescheduling import MoveDetails, reschedule_appointment
from portal.appointments.commands.steps import finish_step, skip_step, start_step
from portal.appointments.commands.visit import (
    cancel_appointment,
    check_in,
    complete_visit,
    confirm,
    mark_no_show,
    start_visit,
    undo,
)

__all__ = [
    "BookingDetails",
    "MoveDetails",
    "book_appointment",
    "book_first_visit",
    "cancel_appointment",
    "check_in",
    "complete_visit",
    "confirm",
    "finish_step",
    "hold_minutes",
    "hold_slot",
    "mark_no_show",
    "release_slot",
    "reschedule_appointment",
    "skip_step",
    "start_step",
    "start_visit",
    "sweep_holds",
    "undo",
    "walk_in",
]
