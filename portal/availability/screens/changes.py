"""The outcome of a change of hours: the outlook before and after it, compared."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

from portal import clock
from portal.availability.queries.outlook import outlook
from portal.availability.queries.places import PlaceRow
from portal.availability.queries.weekly import horizon_days
from portal.facilities.visits import BookedVisit, list_visits
from portal.scheduling.openings.by_day import offers_anything
from portal.scheduling.times import is_clock_change_day, local_date


@dataclass(frozen=True)
class HoursChange:
    """The outcome of a change at a location.

    Attributes:
        gained, lost: openings, as the board shows them, that come or go.
        altered: those that stay, with another length or other seats.
        outside_hours: coming visits that lost their hours by it, the earliest first.
        back: how many visits have hours again.
        clock_changes: dates up to the horizon on which the clocks change there.
        offers: whether there is a service to be booked at all.
    """

    gained: tuple[datetime, ...]
    lost: tuple[datetime, ...]
    altered: tuple[datetime, ...]
    outside_hours: tuple[int, ...]
    back: int
    clock_changes: tuple[date, ...]
    offers: bool = True

    @property
    def nothing(self) -> bool:
        """Whether no opening and no visit is touched."""
        return not (self.gained or self.lost or self.altered or self.outside_hours or self.back)

    def fingerprint(self) -> str:
        """A text that is equal for one set of openings and visits."""
        return repr((self.gained, self.lost, self.altered, self.outside_hours, self.back))

    def visits(self) -> list[BookedVisit]:
        """The first of the visits that are outside then; their patients count as seen."""
        return list_visits(self.outside_hours)


class Scope(NamedTuple):
    """All doctors of a facility."""

    facility_id: int
    zone: str
    doctor_id: None = None


def changed_by(location: PlaceRow | Scope, change: Callable[[], object]) -> HoursChange:
    """Make a change of hours, a doctor's or a whole facility's, and say what it did."""
    before = outlook(location.doctor_id, location.facility_id)
    change()
    after = outlook(location.doctor_id, location.facility_id)
    both = before.free.keys() & after.free.keys()
    return HoursChange(
        _starts(after.free.keys() - both),
        _starts(before.free.keys() - both),
        _starts({key for key in both if before.free[key] != after.free[key]}),
        tuple(sorted(after.orphaned - before.orphaned)),
        len(before.orphaned - after.orphaned),
        clock_changes(location.zone),
        location.doctor_id is None or offers_anything(location.doctor_id, location.facility_id),
    )


def clock_changes(zone: str) -> tuple[date, ...]:
    """The dates up to the horizon on which the clocks change in a zone."""
    today = local_date(clock.now(), zone)
    days = (today + timedelta(days=n) for n in range(horizon_days() + 1))
    return tuple(day for day in days if is_clock_change_day(day, zone))


def _starts(keys: set[tuple[datetime, int]]) -> tuple[datetime, ...]:
    return tuple(sorted(start for start, _doctor in keys))
