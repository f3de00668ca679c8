"""Which starts at a facility can be booked, day by day as the board shows them."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Row, text

from portal import clock
from portal.db import session
from portal.facilities.queries import zone_of
from portal.scheduling.openings.day_slots import (
    OFFERED,
    SLOTS_THERE,
    TAKEN,
    Offered,
    SlotRow,
    slots_of,
)
from portal.scheduling.times import Span, day_span, local_date
from portal.tenancy.context import request_context

# As the board asks for a day's; here it is many days, and often one doctor's.
SLOTS = f"""{SLOTS_THERE}
       AND s.status <> 'cancelled' AND s.start_at >= :opens AND s.start_at < :closes"""
IN_ORDER = " ORDER BY s.start_at, s.doctor_id, s.service_offering_id NULLS FIRST, s.id"
OF_THE_DOCTOR = " AND s.doctor_id = :doctor_id"
OFFERED_BY = text(
    f"SELECT d.id, {OFFERED} AS offered FROM doctors d"  # noqa: S608 - a constant of this room
    " WHERE d.tenant_id = :tenant_id AND d.id = ANY(:doctor_ids)"
)
EVERY = None
# Beyond what is published.
FAR = timedelta(days=1000)


def list_shown_openings(
    doctor_id: int | None, facility_id: int, span: Span | None = None
) -> list[SlotRow]:
    """The openings of a doctor, or None for all of them, at a facility, by start.

    Args:
        doctor_id: whose.
        facility_id: where.
        span: those that touch it; without one all from now on.
    """
    now = clock.now()
    wanted = span or Span(now, now + FAR)
    values: dict[str, Any] = {
        "tenant_id": request_context().tenant_id, "facility_id": facility_id,
        "doctor_id": doctor_id, "now": now, "limit": EVERY,
    }  # fmt: skip
    zone = zone_of(facility_id)
    values["opens"] = day_span(local_date(wanted.start - timedelta(days=1), zone), zone).start
    values["closes"] = day_span(local_date(wanted.end, zone), zone).end
    narrowed = "" if doctor_id is None else OF_THE_DOCTOR
    rows = session.execute(text(f"{SLOTS}{narrowed}{IN_ORDER}"), values).all()
    values["doctor_ids"] = sorted({row.doctor_id for row in rows})
    taken = session.execute(TAKEN, values).all()
    offered = {row.id: row.offered for row in session.execute(OFFERED_BY, values)}
    return [
        slot for slot in _by_days(rows, taken, offered, zone)
        if slot.free and wanted.touches(Span(slot.start_at, slot.end_at))
    ]  # fmt: skip


def count_openings(doctor_id: int, facility_id: int, span: Span) -> int:
    """The starts in a span that can still be booked with a doctor at a facility."""
    return len({slot.start_at for slot in list_shown_openings(doctor_id, facility_id, span)})


def offers_anything(doctor_id: int, facility_id: int) -> bool:
    """Whether a doctor has a service at a facility: without one no hours have openings."""
    values = {"tenant_id": request_context().tenant_id, "facility_id": facility_id,
              "doctor_ids": [doctor_id]}  # fmt: skip
    return any(row.offered for row in session.execute(OFFERED_BY, values))


def _by_days(
    rows: Iterable[Row[Any]], taken: Iterable[Row[Any]], offered: dict[int, Sequence[Offered]],
    zone: str,
) -> Iterator[SlotRow]:  # fmt: skip
    days: dict[date, list[Row[Any]]] = defaultdict(list)
    for row in rows:
        days[local_date(row.start_at, zone)].append(row)
    busy: dict[date, dict[int, list[Row[Any]]]] = defaultdict(lambda: defaultdict(list))
    for row in taken:
        for day in _days(row.busy_from, row.busy_until, zone):
            busy[day][row.doctor_id].append(row)
    for day, of_day in days.items():
        yield from slots_of(of_day, busy[day], offered)


def _days(first: datetime, last: datetime, zone: str) -> Iterator[date]:
    day, end = local_date(first, zone), local_date(last, zone)
    while day <= end:
        yield day
        day += timedelta(days=1)
