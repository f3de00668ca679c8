"""Who is in the clinic now, by the step they are at. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from portal.appointments.labels import FLAGS, Flag
from portal.appointments.queries.day import BoardDoctor, VisitRow
from portal.appointments.screens.board.axis import Axis
from portal.appointments.screens.board.cells import Translate
from portal.appointments.screens.board.columns import HUES, stamp_of
from portal.appointments.screens.board.steps import LATE_MINUTES, NextButton, next_of
from portal.errors import N_
from portal.scheduling.times import Span

LAST = 1000
WAITING_FOR = N_("Waiting for %(step)s")


@dataclass(frozen=True, slots=True)
class Present:
    """Somebody who is here."""

    id: int
    hue: int
    doctor: str
    name: str
    alerts: tuple[Flag, ...]
    time: str
    service: str
    since: int
    minutes: str
    limit: int | None
    late: bool
    steps: tuple[str, ...]
    aria_label: str
    next: NextButton | None


@dataclass(frozen=True, slots=True)
class FlowColumn:
    """Those at one step, the longest there first."""

    name: str
    people: tuple[Present, ...]


def present_of(visits: Iterable[VisitRow]) -> list[VisitRow]:
    """The visits whose patients are here, in the order they came to where they are."""
    return sorted((v for v in visits if v.is_present), key=lambda v: (_since(v), v.id))


def flow_stamp(visits: Iterable[VisitRow]) -> str:
    """A short mark that changes when the flow would."""
    values = [
        (v.id, v.row_version, v.step_id, v.step_begun, v.steps_waiting,
         v.patient_updated_at.timestamp()) for v in present_of(visits)
    ]  # fmt: skip
    return stamp_of("flow", values)


def flow_of(
    visits: Iterable[VisitRow],
    doctors: Sequence[BoardDoctor],
    axis: Axis,
    now: datetime,
    translate: Translate,
) -> list[FlowColumn]:
    """Who has arrived first, then the steps in order; this opens the names of those present."""
    names = {doctor.id: doctor.name for doctor in doctors}
    groups: dict[str, list[Present]] = {}
    places: dict[str, int] = {}
    for visit in present_of(visits):
        position, step = _step_of(visit, translate)
        person = _present(visit, names.get(visit.doctor_id, ""), axis, now, translate)
        groups.setdefault(step, []).append(person)
        places[step] = min(position, places.get(step, position))
    return [
        FlowColumn(step, tuple(groups[step])) for step in sorted(groups, key=places.__getitem__)
    ]


def _step_of(visit: VisitRow, translate: Translate) -> tuple[int, str]:
    if visit.status == "checked_in":
        return 0, translate("Arrived")
    if visit.step is None:
        return LAST, translate("In progress")
    step = visit.step if visit.step_begun else translate(WAITING_FOR, step=visit.step)
    return 2 * (visit.step_position or 0) + bool(visit.step_begun), step


def _since(visit: VisitRow) -> datetime:
    waiting = visit.status == "checked_in"
    moment: datetime | None = visit.checked_in_at if waiting else visit.started_at
    begins: datetime = visit.start_at
    return moment or begins


def _present(
    visit: VisitRow, doctor: str, axis: Axis, now: datetime, translate: Translate
) -> Present:
    since, waiting = _since(visit), visit.status == "checked_in"
    here, limit = Span(since, now).minutes, LATE_MINUTES if waiting else None
    at, count = 0 if waiting else visit.step_position or 0, visit.step_count or 0
    steps = ("done" if n < at else "at" if n == at else "" for n in range(1, count + 1))
    step = translate("Step %(at)s of %(count)s", at=at, count=count) if at else translate("Arrived")
    return Present(
        visit.id, visit.doctor_id % HUES, doctor, visit.name(),
        tuple(FLAGS[flag] for flag in visit.flags if FLAGS[flag].first), axis.hhmm(visit.start_at),
        visit.service, int(since.timestamp()), translate("%(minutes)s min", minutes=here), limit,
        waiting and here > LATE_MINUTES, tuple(steps), step,
        next_of(visit, axis.zone, now, translate),
    )  # fmt: skip
