"""Who wants a start that is free, and in which order they are asked. Pure."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from portal.errors import N_, Conflict, DomainError

# The most urgent first.
URGENCIES = ("urgent", "soon", "routine")
# Local times, the second not included; None is open.
PARTS: dict[str, tuple[time | None, time | None]] = {
    "any": (None, None),
    "morning": (None, time(12)),
    "afternoon": (time(12), time(17)),
    "evening": (time(17), None),
}
EVERY_DAY = 127
LONGEST_WAIT = timedelta(days=366)


class WaitsNoMore(Conflict):
    message = N_("Somebody has already booked or withdrawn this waitlist entry.")


class WaitBackwards(DomainError):
    message = N_("The latest day is before the earliest.")
    field = "latest_on"


class WaitOver(DomainError):
    message = N_("The latest day has passed.")
    field = "latest_on"


class WaitTooLong(DomainError):
    message = N_("A waitlist entry lasts a year at most; choose an earlier day.")
    field = "latest_on"


class NoWeekday(DomainError):
    message = N_("Choose at least one day of the week.")
    field = "weekdays"


class NoFacility(DomainError):
    message = N_("Choose at least one facility.")
    field = "facility_ids"


class Match(NamedTuple):
    """Somebody on the waitlist whom a free start suits.

    Attributes:
        named: whether they asked for this doctor.
        spare: minutes of the slot that their visit leaves unused.
        insured: whether a plan pays, which the facility accepts that day; else they pay themselves.
        since: when they were put on the list.
    """

    entry_id: int
    patient_id: int
    offering_id: int
    slot_id: int
    doctor_id: int
    facility_id: int
    start_at: datetime
    zone: str
    urgency: str
    named: bool
    spare: int
    insured: bool
    since: datetime


def ranked(matches: Iterable[Match]) -> list[Match]:
    """In the order of asking: urgency, then fit (their doctor, the slot filled), then plan.

    Of those who are alike, whoever waits longest comes first.
    """
    return sorted(
        matches,
        key=lambda match: (
            URGENCIES.index(match.urgency), not match.named, match.spare, not match.insured,
            match.since, match.entry_id,
        ),
    )  # fmt: skip


def by_start(matches: Iterable[Match]) -> list[list[Match]]:
    """The matches of each start, ranked; the earliest start first."""
    starts: dict[tuple[datetime, int, int], list[Match]] = {}
    for match in matches:
        starts.setdefault((match.start_at, match.doctor_id, match.slot_id), []).append(match)
    return [ranked(starts[start]) for start in sorted(starts)]


def weekday_bits(weekdays: Iterable[int]) -> int:
    """Weekdays (0 is Sunday) as they are kept. Raises NoWeekday."""
    bits = sum({1 << day for day in weekdays if 0 <= day <= 6})
    if not bits:
        raise NoWeekday
    return bits


def weekdays_of(bits: int) -> list[int]:
    """The weekdays that are kept so."""
    return [day for day in range(7) if bits >> day & 1]


def check_dates(earliest: date, latest: date, today: date) -> None:
    """Raises WaitBackwards, WaitOver, WaitTooLong."""
    if latest < earliest:
        raise WaitBackwards
    if latest < today:
        raise WaitOver
    if latest - today > LONGEST_WAIT:
        raise WaitTooLong
