"""Why a start cannot be had, where that is for its time."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Protocol

from portal.refusals import N_, Conflict


class SlotTaken(Conflict):
    """`alternatives` are the nearest starts still on offer (`queries.Opening`)."""

    message = N_("Someone just took that time.")
    field = "start_at"
    alternatives: tuple[Any, ...] = ()


class TimeTaken(SlotTaken):
    """It was no opening when it was chosen; or nobody knows since when."""

    message = N_("That time is taken.")


class NotAnOpening(SlotTaken):
    """Nobody took it: the message says why it is none."""

    message = N_("There is no opening at that time.")


class SlotHeld(SlotTaken):
    message = N_("%(holder)s is holding that time.")


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
