"""Labels and icons of statuses and flags: one table for board, chips and pages."""

from datetime import datetime
from typing import NamedTuple

from flask_babel import gettext

from portal.appointments.rules.waitlist import PARTS
from portal.errors import N_
from portal.web.filters import hhmm

# status -> words, icon. `confirmed` is a mark on a booked visit, not a status of its own.
STATUS = {
    "scheduled": (N_("Booked"), "circle"),
    "confirmed": (N_("Confirmed"), "circle-check"),
    "checked_in": (N_("Arrived"), "hourglass"),
    "in_progress": (N_("In progress"), "stethoscope"),
    "completed": (N_("Completed"), "check-check"),
    "no_show": (N_("No-show"), "user-x"),
    "cancelled": (N_("Cancelled"), "circle-x"),
}
BOARD = tuple(status for status in STATUS if status != "cancelled")


# Why an appointment was cancelled; the last of them needs more words.
CANCEL_WORDS = {
    "patient_cancelled": N_("Patient cancelled"),
    "patient_ill": N_("Patient is ill"),
    "no_transport": N_("No transport"),
    "clinic": N_("Clinic cancelled"),
    "doctor_away": N_("Doctor is away"),
    "weather": N_("Weather"),
    "booked_in_error": N_("Booked in error"),
    "other": N_("Other reason"),
}


class Flag(NamedTuple):
    """Something to know about a visit at a glance.

    `first`: it stands before the name, and stays where there is little room; `marks`: it is
    written out.
    """

    icon: str
    cls: str
    label: str
    first: bool = False
    marks: bool = False


FLAGS = {
    "deceased": Flag("circle-x", "flag alert", N_("Deceased"), first=True, marks=True),
    "inactive": Flag("user-x", "flag alert", N_("Inactive patient"), first=True, marks=True),
    "alert": Flag("shield-alert", "flag alert", N_("Alert"), first=True),
    "outside": Flag("clock", "flag alert", N_("Outside hours"), first=True, marks=True),
    "new": Flag("user-plus", "flag", N_("New patient")),
    "interpreter": Flag("languages", "flag", N_("Interpreter")),
    "self_pay": Flag("banknote", "flag", N_("Self-pay")),
    "uncovered": Flag("triangle-alert", "flag alert", N_("Plan not accepted")),
}


WEEKDAYS = {
    0: N_("Sunday"), 1: N_("Monday"), 2: N_("Tuesday"), 3: N_("Wednesday"), 4: N_("Thursday"),
    5: N_("Friday"), 6: N_("Saturday"),
}  # fmt: skip
PART_WORDS = {
    "any": N_("Any time"),
    "morning": N_("Morning, before %(until)s"),
    "afternoon": N_("Afternoon, %(since)s to %(until)s"),
    "evening": N_("Evening, from %(since)s"),
}
URGENCY_WORDS = {"urgent": N_("Urgent"), "soon": N_("Soon"), "routine": N_("Routine")}
# How a wish on the waitlist stands: words for the filter.
WISHES = {
    "waiting": N_("Waiting"),
    "booked": N_("Booked"),
    "withdrawn": N_("Withdrawn"),
    "expired": N_("Expired"),
}


def shown_status(status: str, confirmed_at: datetime | None) -> str:
    """A booked visit that was confirmed looks it."""
    return "confirmed" if status == "scheduled" and confirmed_at else status


def why_cancelled(code: str | None, reason: str | None) -> str:
    """Why an appointment was cancelled: as it was chosen, and in somebody's own words."""
    chosen = gettext(CANCEL_WORDS[code]) if code else None
    return ", ".join(filter(None, (chosen, reason))) or str(gettext("no reason given"))


def part_in_words(part: str) -> str:
    """A part of the day, its times as the reader's clock has them."""
    since, until = PARTS[part]
    times = {"since": hhmm(since) if since else "", "until": hhmm(until) if until else ""}
    return str(gettext(PART_WORDS[part], **times))
