"""Corrections that are possible on a later day. Pure."""

from datetime import datetime

from portal.appointments.rules.visits import LIVE, Visit, VisitNotAt
from portal.errors import N_, Conflict
from portal.scheduling.times import local_date

# Where a visit stands -> how it may have ended.
ENDINGS = {
    "scheduled": ("completed", "no_show", "cancelled"),
    "checked_in": ("completed", "no_show", "cancelled"),
    "in_progress": ("completed",),
}


class NotOfEarlierDay(Conflict):
    message = N_("Only an appointment of an earlier day is corrected this way.")


def is_earlier(visit: Visit, now: datetime, zone: str) -> bool:
    """Whether its local day is over."""
    return local_date(visit.start_at, zone) < local_date(now, zone)


def check_correction(visit: Visit, to: str) -> None:
    """Refuse an end that cannot have been; what has ended is taken back first."""
    if visit.status not in LIVE or to not in ENDINGS[visit.status]:
        raise VisitNotAt(status=visit.status, wanted=to)
