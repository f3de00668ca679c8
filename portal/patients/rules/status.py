"""A patient's status: what it may become, since when, and why."""

from datetime import date

from portal.errors import N_, Conflict, DomainError
from portal.patients.rules.details import EARLIEST_BIRTH, STATUSES

LONGEST_REASON = 500
# The words of each, and the icon beside them.
STATUS_WORDS = {
    "active": N_("Active"),
    "inactive": N_("Inactive"),
    "deceased": N_("Deceased"),
    "merged": N_("Merged"),
}


class StatusUnknown(DomainError):
    """None of ours."""

    message = N_("Choose one of the statuses.")
    field = "patient_status"


class StatusSetAlready(Conflict):
    """Somebody else was faster."""

    message = N_("The patient has this status already.")


class SinceImplausible(DomainError):
    """Before birth, or to come."""

    message = N_("Date: enter a day from the date of birth until today.")
    field = "since"


class StatusReasonTooLong(DomainError):
    """More than a reason."""

    message = N_("Reason: at most %(longest)s characters.")
    field = "reason"


def checked_status(
    now: str, to: str, since: date | None, reason: str | None, *, born: date | None, today: date
) -> dict[str, str]:
    """A status's day and reason to keep, where they were given.

    Args:
        now: the status as it is.
        to: what it becomes.
        since, reason: as typed.
        born: the birth date, when it is known.
        today: the date where the patient is registered.
    """
    if to not in STATUSES:
        raise StatusUnknown
    if to == now:
        raise StatusSetAlready
    if since is not None and not (born or EARLIEST_BIRTH) <= since <= today:
        raise SinceImplausible
    why = (reason or "").strip()
    if len(why) > LONGEST_REASON:
        raise StatusReasonTooLong(longest=LONGEST_REASON)
    values = {"since": since.isoformat() if since else "", "reason": why}
    return {name: value for name, value in values.items() if value}
