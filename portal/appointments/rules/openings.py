"""Why a start cannot be had, where that is for its time."""

from collections.abc import Iterable
from datetime import datetime
from typing import Protocol

from portal.errors import N_
from portal.scheduling.rules import SlotTaken


class DoesNotFit(SlotTaken):
    message = N_("The visit takes %(minutes)s minutes, and there is not that much time from then.")


class Worked(Protocol):
    """Some of the time that a doctor works."""

    @property
    def start_at(self) -> datetime: ...

    @property
    def end_at(self) -> datetime: ...


def lies_outside(start_at: datetime, hours: Iterable[Worked]) -> bool:
    """Whether somebody comes when nobody works."""
    return not any(each.start_at <= start_at < each.end_at for each in hours)
