"""The day board's picture of a facility's day, whole or only what a browser does not have yet."""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import NamedTuple, TypeVar
from zoneinfo import ZoneInfo

from portal.appointments.labels import BOARD, STATUS, shown_status
from portal.appointments.queries.day import Day, VisitRow
from portal.appointments.screens.board.axis import ROW, Axis, axis_of, row_class
from portal.appointments.screens.board.cells import Translate
from portal.appointments.screens.board.columns import DoctorColumn, DoctorDay, column_of, stamp_of
from portal.appointments.screens.board.flow import FlowColumn, flow_of, flow_stamp
from portal.scheduling.times import Span

FINE_BELOW = 3 * ROW
LocalDate = date
Row = TypeVar("Row")


class Count(NamedTuple):
    """A status's chip."""

    status: str
    label: str
    icon: str
    number: int


@dataclass(frozen=True)
class Board:
    """A day, ready to be written down.

    `columns` may be only those that changed (not when it is `whole`: the board is drawn on another
    scale, or for others, than the one that is known); `flow` is None if it did not.
    """

    day: Day
    axis: Axis
    now_at: datetime
    columns: Sequence[DoctorColumn]
    counts: Sequence[Count]
    flow: Sequence[FlowColumn] | None
    flow_stamp: str
    version: str
    scale: str
    whole: bool
    fine: bool
    minutes_pattern: str

    @property
    def facility_id(self) -> int:
        return self.day.facility_id

    @property
    def date(self) -> LocalDate:
        return self.day.date

    @property
    def previous(self) -> LocalDate:
        return self.date - timedelta(days=1)

    @property
    def next(self) -> LocalDate:
        return self.date + timedelta(days=1)

    @property
    def is_today(self) -> bool:
        return self.axis.is_on(self.now_at, self.date)

    @property
    def zone(self) -> str:
        return self.day.zone

    @property
    def zone_name(self) -> str:
        """The zone's short name on that day: CST in winter, CDT in summer."""
        return f"{self.axis.opens.astimezone(self.axis.zone):%Z}"

    @property
    def city(self) -> str:
        """The place the zone is called after."""
        return self.zone.rpartition("/")[2].replace("_", " ")

    @property
    def now(self) -> int:
        return int(self.now_at.timestamp())

    @property
    def now_time(self) -> str:
        return self.axis.hhmm(self.now_at)

    @property
    def now_place(self) -> str | None:
        """Where the line at now stands; None when it is off the board."""
        row = self.axis.row_of(self.now_at)
        return row_class(row) if 0 <= row < self.axis.rows else None

    @property
    def opens(self) -> int:
        return int(self.axis.opens.timestamp())

    @property
    def rows(self) -> int:
        return self.axis.rows

    @property
    def hours(self) -> list[tuple[str, str]]:
        return self.axis.hours()


def picture(
    day: Day,
    version: str,
    now: datetime,
    translate: Translate,
    *,
    known: Collection[str] = (),
    flow_only: bool = False,
    format_time: Callable[[datetime], str] = "{:%H:%M}".format,
) -> Board:
    """Draw a day.

    Args:
        format_time: a wall time as the reader's language has it.
        flow_only: draw no columns, and open nobody's name for them.
        known: the stamps of the scale, the columns and the flow a browser has; what it has is not
            drawn again, and nobody's name is opened for it. On another scale than the one that is
            known every column is drawn, for each would stand askew beside the others.
    """
    axis, day_columns, fine = (
        replace(_axis(day), format_time=format_time),
        _facts(day),
        _is_fine(day),
    )
    scale = stamp_of(
        "scale", axis.opens, axis.rows, fine, axis.is_on(now, day.date),
        [each.doctor.id for each in day_columns],
    )  # fmt: skip
    flow = flow_stamp(day.present)
    whole = scale not in known
    return Board(
        day, axis, now,
        columns=[column_of(each, axis, now, translate) for each in day_columns
                 if not flow_only and (whole or each.stamp(now) not in known)],
        counts=_counts(day.visits, translate),
        flow=None if flow in known else flow_of(day.present, day.doctors, axis, now, translate),
        flow_stamp=flow, version=version, scale=scale, whole=whole, fine=fine,
        minutes_pattern=translate("%(minutes)s min", minutes="#"),
    )  # fmt: skip


def _axis(day: Day) -> Axis:
    spans = ((span.start, span.end) for span in _spans(day))
    return axis_of(day.date, ZoneInfo(day.zone), spans)


def _spans(day: Day) -> list[Span]:
    visits = [Span(visit.start_at, visit.end_at) for visit in day.visits]
    return visits + [Span(slot.start_at, slot.end_at) for slot in day.slots]


def _facts(day: Day) -> list[DoctorDay]:
    visits = _by(day.visits, lambda row: row.doctor_id)
    slots = _by(day.slots, lambda row: row.doctor_id)
    away = _by(day.away, lambda row: row.doctor_id)
    every = (DoctorDay(d, visits[d.id], slots[d.id], away[d.id]) for d in day.doctors)
    return [each for each in every if each.visits or each.slots or each.away]


def _by(rows: Iterable[Row], key: Callable[[Row], int]) -> dict[int, list[Row]]:
    found: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        found[key(row)].append(row)
    return found


def _counts(visits: Iterable[VisitRow], translate: Translate) -> list[Count]:
    found = Counter(shown_status(visit.status, visit.confirmed_at) for visit in visits)
    return [
        Count(status, translate(STATUS[status][0]), STATUS[status][1], found[status])
        for status in BOARD
    ]


def _is_fine(day: Day) -> bool:
    """Whether rows must be taller for the shortest thing on the board to be read and hit."""
    return any(span.minutes < FINE_BELOW for span in _spans(day))
