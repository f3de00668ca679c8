"""A facility's day: everything the board shows, in a constant number of queries.

Patients' fields come sealed and are opened when a card is drawn, so that a column that is not
drawn again shows nobody to anybody.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Row

from portal import clock
from portal.appointments.queries.day_statements import (
    AWAY,
    DOCTORS,
    SLOTS,
    VERSION,
    VISITS,
)
from portal.db import session
from portal.facilities.queries import zone_of
from portal.names import listed
from portal.patients.queries.rows import PatientOpener
from portal.patients.rules.kept import needs_interpreter
from portal.scheduling.openings.day_slots import TAKEN, SlotRow, slots_of
from portal.scheduling.times import Span, day_span
from portal.tenancy.context import request_context

MOST_VISITS = 1000
MOST_SLOTS = 4000
MOST_OTHERS = 500
PRESENT = frozenset({"checked_in", "in_progress"})
# After so long without its patient a booked visit is late.
LATE = timedelta(minutes=5)


class BoardDoctor(NamedTuple):
    """Whose column it is. `offered`: of each of their offerings there the id, the minutes before a
    visit, and those of its shortest and after it.
    """

    id: int
    name: str
    about: str
    offered: Sequence[Sequence[int]] = ()


class BlockRow(NamedTuple):
    """Time a doctor is away, with the reason when one was given, and what kind of absence it is."""

    doctor_id: int
    start_at: datetime
    end_at: datetime
    reason: str | None
    kind: str = "blocked"
    exception_id: int = 0


class VisitRow(NamedTuple):
    """A visit: the columns of VISITS, in their order, and what opens the patient when asked.

    `step` is the one under way, or (not `step_begun`) the one that comes next; of those that have
    not begun there are `steps_waiting`.
    """

    id: int
    patient_id: int
    doctor_id: int
    slot_id: int | None
    start_at: datetime
    end_at: datetime
    status: str
    confirmed_at: datetime | None
    checked_in_at: datetime | None
    started_at: datetime | None
    finished_at: datetime | None
    overbooked: bool
    row_version: int
    insurance_plan_id: int | None
    language: str | None
    service: str
    step_id: int | None
    step: str | None
    step_begun: bool | None
    steps_waiting: int | None
    step_position: int | None
    step_count: int | None
    row_uid: UUID
    first_envelope: bytes
    last_envelope: bytes
    meta_envelope: bytes | None
    patient_status: str
    alerted: bool
    patient_updated_at: datetime
    is_new: bool
    uncovered: bool
    opener: PatientOpener
    own_language: str

    def late(self, now: datetime) -> bool:
        """Whether the patient should have been here a while ago."""
        return self.status == "scheduled" and self.start_at < now - LATE

    @property
    def is_present(self) -> bool:
        """Whether the patient is in the clinic."""
        return self.status in PRESENT

    def name(self) -> str:
        """The patient's name, family name first; who asks has seen the patient."""
        first, last = (
            self._opened("first_name", self.first_envelope),
            self._opened("last_name", self.last_envelope),
        )
        return listed(last, first)

    @property
    def flags(self) -> tuple[str, ...]:
        """Flags for a glance: the keys of `holds` that are so."""
        meta = self._opened("meta", self.meta_envelope)
        holds = {
            "deceased": self.patient_status == "deceased",
            "inactive": self.patient_status == "inactive",
            "alert": self.alerted or (isinstance(meta, dict) and bool(meta.get("alert"))),
            "new": self.is_new,
            "interpreter": needs_interpreter(meta, self.language, self.own_language),
            "self_pay": self.insurance_plan_id is None,
            "uncovered": self.uncovered,
        }
        return tuple(flag for flag, raised in holds.items() if raised)

    def _opened(self, column: str, envelope: bytes | None) -> Any:
        if envelope is not None:
            self.opener.see(self.patient_id)
        return self.opener.openings[column](self.row_uid.bytes, envelope)


@dataclass(frozen=True)
class Day:
    """A facility's day. `taken` is when each doctor is held or booked, at any facility; `present`
    are those in the clinic now, whatever day their visits are of.
    """

    facility_id: int
    date: date
    zone: str
    opens: datetime
    closes: datetime
    doctors: Sequence[BoardDoctor]
    visits: Sequence[VisitRow]
    present: Sequence[VisitRow]
    slots: Sequence[SlotRow]
    away: Sequence[BlockRow]
    taken: dict[int, list[Span]]


def board(facility_id: int, day: date) -> Day:
    """The day of a facility, in six queries whatever is on it. Raises NotFound."""
    zone = zone_of(facility_id)
    values = _values(facility_id, day, zone)
    doctors = [BoardDoctor._make(row) for row in _rows(DOCTORS, values, MOST_OTHERS)]
    taken = _rows(TAKEN, values | {"doctor_ids": [doctor.id for doctor in doctors]}, MOST_SLOTS)
    offered = {doctor.id: doctor.offered for doctor in doctors}
    shared = PatientOpener(), request_context().clinic_locale
    visits = [VisitRow._make((*row, *shared)) for row in _rows(VISITS, values, MOST_VISITS)]
    return Day(
        facility_id,
        day,
        zone,
        values["opens"],
        values["closes"],
        doctors,
        [v for v in visits if v.start_at < values["closes"] and v.end_at > values["opens"]],
        [visit for visit in visits if visit.is_present],
        list(slots_of(_rows(SLOTS, values, MOST_SLOTS), _by_doctor(taken), offered)),
        [
            BlockRow(row.doctor_id, row.start_at, row.end_at, row.reason, row.type, row.id)
            for row in _rows(AWAY, values, MOST_OTHERS)
        ],
        {
            doctor_id: [Span(row.busy_from, row.busy_until) for row in rows]
            for doctor_id, rows in _by_doctor(taken).items()
        },
    )


def board_version(facility_id: int, day: date) -> str:
    """A short text that changes whenever the board would; reads nobody's data. Raises NotFound."""
    values = _values(facility_id, day, zone_of(facility_id))
    return str(session.scalar(VERSION, values))


def _values(facility_id: int, day: date, zone: str) -> dict[str, Any]:
    hours = day_span(day, zone)
    return {
        "tenant_id": request_context().tenant_id,
        "facility_id": facility_id,
        "now": clock.now(),
        "late": clock.now() - LATE,
        "opens": hours.start,
        "closes": hours.end,
        "zone": zone,
    }


def _rows(query: Any, values: dict[str, Any], limit: int) -> Sequence[Row[Any]]:
    return session.execute(query, values | {"limit": limit}).all()


def _by_doctor(rows: Iterable[Row[Any]]) -> dict[int, list[Row[Any]]]:
    found: dict[int, list[Row[Any]]] = defaultdict(list)
    for row in rows:
        found[row.doctor_id].append(row)
    return found
