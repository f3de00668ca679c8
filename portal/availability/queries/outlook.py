"""Slots of a week, openings of a location, appointments outside hours: now and after a change.

Visits belong to a higher area, which this one does not import: the statements ask for their
table by name.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import text

from portal import clock
from portal.db import session
from portal.scheduling.openings.by_day import OF_THE_DOCTOR, list_shown_openings
from portal.scheduling.slots.predicates import LONGEST_AFTER, LONGEST_BEFORE, taken
from portal.sql import statement
from portal.tenancy.context import request_context

MOST_IN_A_WEEK = 2500

WEEK = statement(
    "availability/week_slots",
    taken=taken,
    longest_before=LONGEST_BEFORE,
    longest_after=LONGEST_AFTER,
)

ORPHANS = """
    FROM availability_slots s
    JOIN appointments a ON a.tenant_id = s.tenant_id AND a.availability_slot_id = s.id
   WHERE s.tenant_id = :tenant_id AND s.orphaned_at IS NOT NULL AND a.end_at > :now
     AND a.status IN ('scheduled', 'checked_in', 'in_progress')
"""
ORPHANS_THERE = f"SELECT a.id {ORPHANS} AND s.facility_id = :facility_id"
ORPHANS_IN_ORDER = text(
    f"SELECT a.id, s.id AS slot_id {ORPHANS} ORDER BY s.start_at, a.id LIMIT :limit OFFSET :offset"
)


class WeekSlot(NamedTuple):
    """A slot of a week as rules and exceptions want it, and how far it is taken.

    `action` is what materialising would do with it; of a slot that is kept, nothing. `covered`: its
    doctor is taken then by another visit, there or at another facility.
    """

    start_at: datetime
    end_at: datetime
    action: str
    status: str | None
    booked: int
    capacity: int
    reserved_until: datetime | None
    covered: bool


@dataclass(frozen=True)
class Outlook:
    """The openings from now on, and the visits that no rule supports.

    Attributes:
        free: a start and its doctor -> its ends and its seats, as the board shows them.
        orphaned: ids of coming visits.
    """

    free: dict[tuple[datetime, int], list[tuple[datetime, int]]]
    orphaned: frozenset[int]


def week_slots(doctor_id: int, facility_id: int, first_date: date) -> list[WeekSlot]:
    """The slots of seven local dates, made already or not; past the horizon too."""
    values = _place(doctor_id, facility_id) | {
        "doctor_ids": [doctor_id],
        "first_date": first_date,
        "last_date": first_date + timedelta(days=6),
        "horizon_days": 0,
        "limit": MOST_IN_A_WEEK,
    }
    return [WeekSlot._make(row) for row in session.execute(WEEK, values)]


def outlook(doctor_id: int | None, facility_id: int) -> Outlook:
    """The openings and duties of a doctor, or None for all of them, at this moment."""
    values = _place(doctor_id, facility_id)
    narrowed = "" if doctor_id is None else OF_THE_DOCTOR
    free: dict[tuple[datetime, int], list[tuple[datetime, int]]] = defaultdict(list)
    for slot in list_shown_openings(doctor_id, facility_id):
        free[slot.start_at, slot.doctor_id].append((slot.end_at, slot.capacity))
    orphaned = session.scalars(text(ORPHANS_THERE + narrowed), values)
    return Outlook(dict(free), frozenset(orphaned))


def list_orphans(*, limit: int = 51, offset: int = 0) -> Sequence[tuple[int, int]]:
    """Coming visits that no rule supports, the earliest first: the visit's id and its slot's."""
    values = {"tenant_id": request_context().tenant_id, "now": clock.now()}
    rows = session.execute(ORPHANS_IN_ORDER, values | {"limit": limit, "offset": offset})
    return [(row.id, row.slot_id) for row in rows]


def _place(doctor_id: int | None, facility_id: int) -> dict[str, object]:
    return {
        "tenant_id": request_context().tenant_id,
        "doctor_id": doctor_id,
        "facility_id": facility_id,
        "now": clock.now(),
    }
