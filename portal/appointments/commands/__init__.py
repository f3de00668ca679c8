"""Every write of appointments: one function for each thing staff can do."""

from portal.appointments.commands.arriving import receive_walk_in
from portal.appointments.commands.booking import BookingDetails, book_appointment, walk_in
from portal.appointments.commands.first_visit import book_first_visit
from portal.appointments.commands.holds import (
    hold_instead,
    hold_minutes,
    hold_slot,
    release_slot,
    sweep_holds,
)
from portal.appointments.commands.rescheduling import MoveDetails, reschedule_appointment
from portal.appointments.commands.series import (
    SeriesDetails,
    book_series,
    cancel_following,
    repeat_appointment,
    undo_following,
)
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
from portal.appointments.commands.waitlist import (
    WishDetails,
    add_to_waitlist,
    booking_wish,
    change_wish,
    reinstate_wish,
    withdraw_wish,
)

__all__ = [
    "BookingDetails",
    "MoveDetails",
    "SeriesDetails",
    "WishDetails",
    "add_to_waitlist",
    "book_appointment",
    "book_first_visit",
    "book_series",
    "booking_wish",
    "cancel_appointment",
    "cancel_following",
    "change_wish",
    "check_in",
    "complete_visit",
    "confirm",
    "finish_step",
    "hold_instead",
    "hold_minutes",
    "hold_slot",
    "mark_no_show",
    "receive_walk_in",
    "reinstate_wish",
    "release_slot",
    "repeat_appointment",
    "reschedule_appointment",
    "skip_step",
    "start_step",
    "start_visit",
    "sweep_holds",
    "undo",
    "undo_following",
    "walk_in",
    "withdraw_wish",
]
