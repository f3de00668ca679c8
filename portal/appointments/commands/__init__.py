"""Every write of appointments: one function for each thing staff can do."""

from portal.appointments.commands.acts import apart, as_one
from portal.appointments.commands.arriving import check_in_together, receive_walk_in
from portal.appointments.commands.booking import BookingDetails, book_appointment, walk_in
from portal.appointments.commands.correcting import correct
from portal.appointments.commands.editing import (
    EditDetails,
    Edited,
    details_of,
    edit_appointment,
    pay_oneself,
    pay_themselves,
)
from portal.appointments.commands.first_visit import add_newcomer_to_waitlist, book_first_visit
from portal.appointments.commands.holds import (
    hold_instead,
    hold_minutes,
    hold_slot,
    release_slot,
    sweep_holds,
)
from portal.appointments.commands.refusal import refusal
from portal.appointments.commands.rescheduling import (
    MoveDetails,
    arrive_now,
    reschedule_appointment,
)
from portal.appointments.commands.reversing import (
    WAYS_BACK,
    undo,
    undo_group,
    undo_newest,
    undo_of,
)
from portal.appointments.commands.series import (
    SeriesDetails,
    book_series,
    cancel_following,
    cancel_together,
    repeat_appointment,
)
from portal.appointments.commands.status import (
    Ending,
    Restored,
    change_status,
)
from portal.appointments.commands.status import (
    restore as restore_patient_status,
)
from portal.appointments.commands.steps import (
    finish_step,
    skip_step,
    start_step,
    take_next,
    unskip_step,
)
from portal.appointments.commands.visit import (
    cancel_appointment,
    check_in,
    complete_visit,
    confirm,
    mark_no_show,
    start_visit,
)
from portal.appointments.commands.waitlist import (
    WaitsAlready,
    WishDetails,
    add_to_waitlist,
    booking_wish,
    change_wish,
    check_wish,
    reinstate_wish,
    withdraw_wish,
)

__all__ = [
    "WAYS_BACK",
    "BookingDetails",
    "EditDetails",
    "Edited",
    "Ending",
    "MoveDetails",
    "Restored",
    "SeriesDetails",
    "WaitsAlready",
    "WishDetails",
    "add_newcomer_to_waitlist",
    "add_to_waitlist",
    "apart",
    "arrive_now",
    "as_one",
    "book_appointment",
    "book_first_visit",
    "book_series",
    "booking_wish",
    "cancel_appointment",
    "cancel_following",
    "cancel_together",
    "change_status",
    "change_wish",
    "check_in",
    "check_in_together",
    "check_wish",
    "complete_visit",
    "confirm",
    "correct",
    "details_of",
    "edit_appointment",
    "finish_step",
    "hold_instead",
    "hold_minutes",
    "hold_slot",
    "mark_no_show",
    "pay_oneself",
    "pay_themselves",
    "receive_walk_in",
    "refusal",
    "reinstate_wish",
    "release_slot",
    "repeat_appointment",
    "reschedule_appointment",
    "restore_patient_status",
    "skip_step",
    "start_step",
    "start_visit",
    "sweep_holds",
    "take_next",
    "undo",
    "undo_group",
    "undo_newest",
    "undo_of",
    "unskip_step",
    "walk_in",
    "withdraw_wish",
]
