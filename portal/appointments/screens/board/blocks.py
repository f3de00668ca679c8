"""Time without hours in a column, with the word for it. Pure."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from portal.appointments.queries.day import BlockRow
from portal.appointments.screens.board.axis import Axis, Rows
from portal.errors import N_
from portal.scheduling.times import Span

# What an absence is called whose reason nobody gave.
AWAY = {"blocked": N_("Away"), "emergency": N_("Emergency")}
LONGEST_BREAK = timedelta(hours=2)
LUNCH_FROM, LUNCH_TO = time(11), time(14)


@dataclass(frozen=True, slots=True)
class Block(Rows):
    """Time without hours; a label, and the exception when that is the reason."""

    label: str
    aria_label: str
    exception_id: int = 0


@dataclass(frozen=True, slots=True)
class Gaps:
    """How gaps are drawn: on which axis, with whose absences, in which language."""

    axis: Axis
    away: Sequence[BlockRow]
    translate: Callable[..., str]

    def block(self, rows: Rows, *, inside: bool) -> Block:
        """A gap; `inside`: there is something of the doctor's day before and after it."""
        axis, translate = self.axis, self.translate
        gap = Span(axis.instant(rows.row), axis.instant(rows.end_row))
        start, end = axis.hhmm(gap.start), axis.hhmm(gap.end)
        aria_label = translate("No hours from %(start)s to %(end)s", start=start, end=end)
        reason = next((row for row in self.away if gap.touches(_span(row))), None)
        if reason is None:
            return Block(rows.row, rows.span, self._rest(gap) if inside else "", aria_label)
        label = reason.reason or translate(AWAY.get(reason.kind, AWAY["blocked"]))
        return Block(rows.row, rows.span, label, aria_label, reason.exception_id)

    def _rest(self, gap: Span) -> str:
        """The label of a short gap between hours: around noon it is lunch."""
        if gap.end - gap.start > LONGEST_BREAK:
            return ""
        start, end = (moment.astimezone(self.axis.zone).time() for moment in (gap.start, gap.end))
        return (
            self.translate("Lunch")
            if start >= LUNCH_FROM and end <= LUNCH_TO
            else self.translate("Break")
        )


def blocks_of(
    present: Iterable[Span], away: Sequence[BlockRow], axis: Axis, translate: Callable[..., str]
) -> list[Block]:
    """The gaps between all there is of a doctor's day, with the reason where one is known."""
    gaps = Gaps(axis, away, translate)
    blocks, at = [], 0
    for rows in sorted((axis.rows_of(s.start, s.end) for s in present), key=lambda r: r.row):
        if rows.row > at:
            blocks.append(gaps.block(Rows(at, rows.row - at), inside=at > 0))
        at = max(at, rows.end_row)
    if at < axis.rows:
        blocks.append(gaps.block(Rows(at, axis.rows - at), inside=False))
    return blocks


def is_away(start: datetime, end: datetime, away: Iterable[BlockRow]) -> bool:
    """Whether the doctor is away for any part of a stretch of time."""
    return any(Span(start, end).touches(_span(row)) for row in away)


def _span(row: BlockRow) -> Span:
    return Span(row.start_at, row.end_at)
