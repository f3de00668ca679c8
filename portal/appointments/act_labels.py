"""Acts on a visit, and their reversals, in words."""

from collections.abc import Callable, Collection, Mapping
from typing import NamedTuple
from uuid import UUID

from portal.errors import N_


class Called(NamedTuple):
    """The label of another area's act on appointments: as done, and as taken back."""

    done: str
    undone: str


# Given what names acts, an area above says what those were that are its own.
CALLED_BY: list[Callable[[Collection[UUID]], Mapping[UUID, Called]]] = []

# kind -> what a message says was done.
DONE = {
    "book": N_("Booked"),
    "repeat": N_("Repeated"),
    "confirm": N_("Confirmation changed"),
    "check_in": N_("Checked in"),
    "start": N_("Visit started"),
    "start_step": N_("Step started"),
    "finish_step": N_("Step finished"),
    "skip_step": N_("Step skipped"),
    "unskip_step": N_("Skipped step taken back"),
    "complete": N_("Completed"),
    "no_show": N_("Marked as no-show"),
    "cancel": N_("Appointment cancelled"),
    "move": N_("Moved"),
    "edit": N_("Edited"),
    "correct": N_("Corrected"),
}
# kind -> what the button that takes it back says.
UNDO = {
    "repeat": N_("Undo series"),
    "confirm": N_("Undo confirmation"),
    "check_in": N_("Undo check-in"),
    "start": N_("Undo start"),
    "start_step": N_("Undo step start"),
    "finish_step": N_("Undo step finish"),
    "skip_step": N_("Undo skip"),
    "unskip_step": N_("Skip again"),
    "complete": N_("Undo completion"),
    "no_show": N_("Undo no-show"),
    "cancel": N_("Restore appointment"),
    "move": N_("Undo move"),
    "edit": N_("Undo edit"),
    "correct": N_("Undo correction"),
}
# kind -> what a message says once it was taken back.
UNDONE = {
    "book": N_("Booking undone"),
    "repeat": N_("Series undone"),
    "confirm": N_("Confirmation undone"),
    "check_in": N_("Check-in of the visit undone"),
    "start": N_("Start undone"),
    "start_step": N_("Step start undone"),
    "finish_step": N_("Step finish undone"),
    "skip_step": N_("Skip undone"),
    "unskip_step": N_("Skipped again"),
    "complete": N_("Completion undone"),
    "no_show": N_("No-show undone"),
    "cancel": N_("Restored"),
    "move": N_("Move undone"),
    "edit": N_("Edit undone"),
    "correct": N_("Correction undone"),
}


def called(groups: Collection[UUID]) -> dict[UUID, Called]:
    """The labels of acts by areas above; those done to appointments alone are not among them."""
    return {group: text for each in CALLED_BY for group, text in each(groups).items()}
