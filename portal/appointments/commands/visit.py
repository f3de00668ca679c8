"""The visit's life: confirm, arrive, start, step through, complete, cancel, miss, take back."""

from collections.abc import Sequence

from sqlalchemy import text

from portal import clock
from portal.appointments import queries
from portal.appointments.commands import seats
from portal.appointments.models import Appointment, AppointmentStep
from portal.appointments.rules import (
    ReasonMissing,
    SlotTaken,
    VisitNotAt,
    check_all_done,
    check_move,
    check_skip,
    check_turn,
    check_undo,
    current_step,
    keeps_seat,
    next_step,
)
from portal.availability.commands import lock_doctors
from portal.db import session
from portal.refusals import Conflict, N_, refusing
from portal.tenancy.context import facts
