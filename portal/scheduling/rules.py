"""Rules of an opening, and why a slot cannot be had."""

from datetime import datetime
from typing import NamedTuple

from portal.errors import N_, Conflict


class Opening(NamedTuple):
    """A start on offer: what a booking needs, in instants (UTC) and the facility's zone."""

    slot_id: int
    doctor_id: int
    facility_id: int
    offering_id: int
    workflow_id: int
    start_at: datetime
    end_at: datetime
    zone: str
    busy_from: datetime
    busy_until: datetime


class SlotTaken(Conflict):
    """`alternatives` are the nearest starts still on offer."""

    message = N_("Someone just took that time.")
    field = "start_at"
    alternatives: tuple[Opening, ...] = ()


class TimeTaken(SlotTaken):
    """It was no opening when it was chosen; or nobody knows since when."""

    message = N_("That time is taken.")


class NotAnOpening(SlotTaken):
    """Nobody took it: the message says why it is none."""

    message = N_("There is no opening at that time.")


class SlotHeld(SlotTaken):
    message = N_("%(holder)s is holding that time.")
