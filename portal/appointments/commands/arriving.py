"""Arriving: a walk-in, booked for now and checked in, both or neither; a whole group."""

from collections.abc import Iterable

from portal.appointments.commands import acts
from portal.appointments.commands.booking import BookingDetails, walk_in
from portal.appointments.commands.visit import check_in
from portal.db import session
from portal.schema.appointments import Appointment


def receive_walk_in(details: BookingDetails, *, may_overbook: bool = False) -> Appointment:
    """Book somebody who has come without an appointment, and check them in.

    Raises:
        What `walk_in` raises.
    """
    with session.begin_nested(), acts.as_one():
        visit = walk_in(details, may_overbook=may_overbook)
        if visit.status == "scheduled":
            check_in(visit)
    return visit


def check_in_together(visits: Iterable[Appointment]) -> None:
    """The patients of a group have arrived, as one act. Raises as `check_in`; then nobody has."""
    with session.begin_nested(), acts.as_one():
        for visit in visits:
            check_in(visit)
