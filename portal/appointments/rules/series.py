"""How a visit repeats. Pure: no session, no clock of its own."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from portal.errors import N_, Conflict, DomainError

# Of a series, the first visit included; and the most weeks from one visit to the next.
MOST_IN_SERIES, MOST_WEEKS = 52, 52


class InSeriesAlready(Conflict):
    message = N_("This visit belongs to a series already.")


class NothingToRepeat(DomainError):
    message = N_("Choose at least one more date.")


class NotAllBooked(Conflict):
    """One start of a series is not there any more, so that none of it is booked.

    Attributes:
        at: which one. why: the refusal of that one visit.
    """

    message = N_("One of the times cannot be booked. Nothing is booked yet.")

    def __init__(self, at: datetime, why: DomainError) -> None:
        super().__init__()
        self.at, self.why = at, why


class RepeatsOutOfRange(DomainError):
    message = N_("A series has 2 to %(most)s visits.")
    field = "visits"


class WeeksOutOfRange(DomainError):
    message = N_("Visits repeat every 1 to %(most)s weeks.")
    field = "every_weeks"


class RepeatsUntilWhen(DomainError):
    message = N_("Say how many appointments, or until which day.")
    field = "visits"


class SeriesAtOwnTime(DomainError):
    message = N_(
        "A series begins at an opening: choose one, or book this and repeat it afterwards."
    )
    field = "visits"


@dataclass(frozen=True)
class Repeat:
    """Every so many weeks, for a count of visits (the first included) or until a date (included).

    With both, whatever comes first ends it.
    """

    every_weeks: int
    visits: int | None = None
    until: date | None = None


def repeated_dates(first: date, repeat: Repeat) -> list[date]:
    """The dates after the first.

    Raises:
        WeeksOutOfRange, RepeatsUntilWhen, RepeatsOutOfRange.
    """
    if not 1 <= repeat.every_weeks <= MOST_WEEKS:
        raise WeeksOutOfRange(most=MOST_WEEKS)
    if repeat.visits is None and repeat.until is None:
        raise RepeatsUntilWhen
    every = timedelta(weeks=repeat.every_weeks)
    wanted = repeat.visits
    if repeat.until is not None:
        fit = (repeat.until - first) // every + 1
        wanted = fit if wanted is None else min(wanted, fit)
    if wanted is None or not 2 <= wanted <= MOST_IN_SERIES:
        raise RepeatsOutOfRange(most=MOST_IN_SERIES)
    return [first + n * every for n in range(1, wanted)]
