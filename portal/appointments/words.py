"""What statuses and flags are called and look like: one table for board, chips and pages."""

from datetime import datetime
from typing import NamedTuple

from portal.refusals import N_

# status -> words, icon. `confirmed` is a mark on a booked visit, not a status of its own.
STATUS = {
    "scheduled": (N_("Booked"), "circle"),
    "confirmed": (N_("Confirmed"), "circle-check"),
    "checked_in": (N_("Waiting"), "hourglass"),
    "in_progress": (N_("In visit"), "stethoscope"),
    "completed": (N_("Completed"), "check-check"),
    "no_show": (N_("No-show"), "user-x"),
    "cancelled": (N_("Cancelled"), "circle-x"),
}
BOARD = tuple(status for status in STATUS if status != "cancelled")


class Flag(NamedTuple):
    """Something to know about a visit at a glance."""

    icon: str
    cls: str
    label: str


FLAGS = {
    "alert": Flag("shield-alert", "flag alert", N_("Alert")),
    "new": Flag("sparkles", "flag", N_("New patient")),
    "interpreter": Flag("languages", "flag", N_("Interpreter")),
    "self_pay": Flag("banknote", "flag", N_("Self-pay")),
}


def shown_status(status: str, confirmed_at: datetime | None) -> str:
    """A booked visit that was confirmed looks it."""
    return "confirmed" if status == "scheduled" and confirmed_at else status
