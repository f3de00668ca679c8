"""Which slots of a doctor's day are openings that the board offers: a visit fits there.

The parameters of the statements: tenant_id, facility_id, now, opens and closes (the instants
between which the days lie), limit, and of TAKEN doctor_ids (bigint[]).
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Row, text

from portal import clock
from portal.scheduling.openings.conditions import ACTIVE, ALONE, SERVICE, every
from portal.scheduling.slots.predicates import busy_during, by_rule, is_part_of_hours, taken
from portal.scheduling.times import Span
from portal.sql import source
from portal.tenancy.context import request_context

# Of a facility's slots all that the board asks of one.
SLOTS_THERE = f"""
    SELECT s.id, s.doctor_id, s.start_at, s.end_at, s.status, s.capacity, s.booked_count,
           s.orphaned_at, s.reserved_until, s.reserved_by, u.name AS holder,
           {by_rule("s")} AS by_rule, {is_part_of_hours("s")} AS of_hours,
           {every(ALONE)} AND NOT s.overbooked AS stands,
           s.service_offering_id AS offering_id
      FROM availability_slots s
      LEFT JOIN users u ON u.tenant_id = s.tenant_id AND u.id = s.reserved_by
     WHERE s.tenant_id = :tenant_id AND s.facility_id = :facility_id"""  # noqa: S608
TAKEN = text(f"""
    SELECT t.id, t.doctor_id, t.busy_from, t.busy_until
      FROM availability_slots t
     WHERE t.tenant_id = :tenant_id AND t.doctor_id = ANY(:doctor_ids)
       AND {busy_during("t", "CAST(:opens AS timestamptz)", "CAST(:closes AS timestamptz)")}
       AND {taken("t")}
     ORDER BY t.busy_from, t.id
     LIMIT :limit
""")  # noqa: S608 - names of columns

OFFERED = source("scheduling/offered_minutes", active=ACTIVE, service=SERVICE)
# An offering's id, the minutes it needs before a visit, and those of its shortest and after it.
Offered = Sequence[int]


class SlotRow(NamedTuple):
    """A slot of the day. `free`: it starts in the future, has a seat, nothing else takes its
    doctor, and a visit of something they offer fits; `holder` is who holds it, when somebody else
    does; `by_rule`: it is part of the hours; of `capacity` seats `booked` are taken; `orphaned`: no
    hours support it any more.
    """

    id: int
    doctor_id: int
    start_at: datetime
    end_at: datetime
    free: bool
    holder: str | None
    by_rule: bool
    capacity: int = 1
    booked: int = 0
    orphaned: bool = False


def slots_of(
    rows: Sequence[Row[Any]], busy: Mapping[int, Sequence[Row[Any]]],
    offered: Mapping[int, Sequence[Offered]],
) -> Iterator[SlotRow]:  # fmt: skip
    """The day's slots as the board has them; each by its doctor what takes them, and is offered."""
    now, user_id, hours = clock.now(), request_context().user_id, _hours(rows)
    for row in rows:
        held = row.status == "reserved" and row.reserved_until > now and row.reserved_by != user_id
        # Only a start that stands is held against all that its doctor is taken for.
        free = row.stands and row.start_at > now and _fits(
            row, offered.get(row.doctor_id, ()), hours[row.doctor_id],
            [other for other in busy.get(row.doctor_id, ()) if other.id != row.id],
        )  # fmt: skip
        yield SlotRow(
            row.id,
            row.doctor_id,
            row.start_at,
            row.end_at,
            free,
            row.holder if held else None,
            row.by_rule,
            row.capacity,
            row.booked_count,
            row.orphaned_at is not None,
        )


def _hours(rows: Iterable[Row[Any]]) -> dict[int, list[Span]]:
    """When each doctor works, without a seam where one slot begins as another ends."""
    hours: dict[int, list[Span]] = defaultdict(list)
    for row in rows:
        if not row.of_hours:
            continue
        whole = hours[row.doctor_id]
        if whole and row.start_at <= whole[-1].end:
            whole[-1] = Span(whole[-1].start, max(whole[-1].end, row.end_at))
        else:
            whole.append(Span(row.start_at, row.end_at))
    return hours


def _fits(
    slot: Row[Any], offered: Iterable[Offered], hours: Iterable[Span], busy: Sequence[Row[Any]]
) -> bool:
    """Whether a visit can begin there, as the search for openings has it (`search.FREE`)."""
    start, end = slot.start_at, slot.end_at
    if any(each.busy_from < end and each.busy_until > start for each in busy):
        return False
    within = next((each for each in hours if each.start <= start < each.end), Span(start, end))
    since = max([within.start, *(e.busy_until for e in busy if e.busy_until <= start)])
    until = min([max(within.end, end), *(e.busy_from for e in busy if e.busy_from >= end)])
    return any(
        timedelta(minutes=early) <= start - since and timedelta(minutes=late) <= until - start
        for offering_id, early, late in offered
        if slot.offering_id in (None, offering_id)
    )
