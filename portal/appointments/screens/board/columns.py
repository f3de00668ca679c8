"""A doctor's day as a column, and the stamp by which a browser says which one it has. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2s
from typing import Any, NamedTuple

from portal.appointments.queries.day import BlockRow, BoardDoctor, VisitRow
from portal.appointments.screens.board.axis import Axis
from portal.appointments.screens.board.blocks import Block, blocks_of
from portal.appointments.screens.board.cells import Cell, Scene, Translate, cells_of
from portal.scheduling.openings.day_slots import SlotRow
from portal.scheduling.times import Span

HUES = 8
TAKES_TIME = frozenset({"scheduled", "checked_in", "in_progress", "completed"})


class DoctorDay(NamedTuple):
    """All there is of one doctor's day."""

    doctor: BoardDoctor
    visits: Sequence[VisitRow]
    slots: Sequence[SlotRow]
    away: Sequence[BlockRow]

    def stamp(self, now: datetime) -> str:
        """A short mark that changes when the column would; nobody's data is opened for it."""
        visits = [
            (v.id, v.row_version, v.late(now), v.is_new, v.service, v.step_id, v.step_begun,
             v.steps_waiting, v.alerted, v.uncovered, v.patient_updated_at.timestamp())
            for v in self.visits
        ]  # fmt: skip
        slots = [
            (slot.id, slot.free, slot.holder, slot.booked, slot.capacity, slot.by_rule,
             slot.orphaned, slot.end_at.timestamp()) for slot in self.slots
        ]  # fmt: skip
        return stamp_of(self.doctor.id, self.doctor, visits, slots, self.away)

    @property
    def hours(self) -> list[Span]:
        """The doctor's hours, slot by slot."""
        return [Span(slot.start_at, slot.end_at) for slot in self.slots if slot.by_rule]


@dataclass(frozen=True, slots=True)
class DoctorColumn:
    """A doctor's day, ready to be written down."""

    doctor_id: int
    name: str
    about: str
    hue: int
    load: int
    stamp: str
    aria_label: str
    cells: tuple[Cell, ...]
    blocks: tuple[Block, ...]


def stamp_of(name: object, *values: Any) -> str:
    """The name and a short digest of the facts."""
    return f"{name}:{blake2s(repr(values).encode(), digest_size=6).hexdigest()}"


def column_of(
    doctor_day: DoctorDay, axis: Axis, now: datetime, translate: Translate
) -> DoctorColumn:
    """Draw a column; this opens its patients' names."""
    doctor, visits = doctor_day.doctor, doctor_day.visits
    present = [*doctor_day.hours, *(Span(visit.start_at, visit.end_at) for visit in visits)]
    return DoctorColumn(
        doctor.id, doctor.name, doctor.about, doctor.id % HUES, load_of(visits, doctor_day.hours),
        doctor_day.stamp(now),
        translate("%(doctor)s, %(number)s appointments", doctor=doctor.name, number=len(visits)),
        tuple(cells_of(visits, doctor_day.slots, doctor_day.away, Scene(axis, now, translate))),
        tuple(blocks_of(present, doctor_day.away, axis, translate)),
    )  # fmt: skip


def load_of(visits: Sequence[VisitRow], hours: Sequence[Span]) -> int:
    """Per cent of a doctor's time that is booked, in steps of five; a group's once."""
    there = sum((span.end - span.start for span in hours), timedelta())
    times = {(visit.start_at, visit.end_at) for visit in visits if visit.status in TAKES_TIME}
    taken = sum((end - start for start, end in times), timedelta())
    return min(100, round(taken / there * 20) * 5) if there else 0
