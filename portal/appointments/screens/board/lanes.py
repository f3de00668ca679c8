"""Side by side: visits that overlap share a column's width. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

# Narrower than a quarter of its column nothing can be read.
MOST = 4


class TakesRows(Protocol):
    """Something that takes rows."""

    @property
    def row(self) -> int: ...

    @property
    def end_row(self) -> int: ...


class Lane(NamedTuple):
    """Which of so many lanes; alone there is one. `folded`: there is no lane left for it."""

    number: int = 0
    of: int = 1
    folded: bool = False

    @property
    def cls(self) -> str:
        """Its class, after a blank; none for what has the whole width."""
        return f" l{self.number}-{self.of}" if self.of > 1 else ""


@dataclass
class _Cluster:
    """Visits that hang together by overlapping, and where each lane ends so far."""

    lanes: dict[int, int] = field(default_factory=dict)
    ends: list[int] = field(default_factory=list)

    def add(self, index: int, visit: TakesRows) -> None:
        free = (lane for lane, end in enumerate(self.ends) if end <= visit.row)
        lane = next(free, None)
        if lane is None:
            lane = len(self.ends)
            self.ends.append(visit.end_row)
        self.ends[lane] = visit.end_row
        self.lanes[index] = lane

    def lane(self, index: int) -> Lane:
        number, needed = self.lanes[index], len(self.ends)
        if needed > MOST and number >= MOST - 1:
            return Lane(MOST - 1, MOST, folded=True)
        return Lane(number, min(needed, MOST))


def lanes_of(visits: Sequence[TakesRows]) -> list[Lane]:
    """The lane of each visit (sorted by row) beside those it overlaps.

    Where more than `MOST` stand side by side, those that find no lane share the last, folded.
    """
    found = [Lane()] * len(visits)
    for members, cluster in clusters(visits):
        for index in members:
            found[index] = cluster.lane(index)
    return found


def clusters(visits: Sequence[TakesRows]) -> Iterable[tuple[list[int], _Cluster]]:
    """Those (sorted by row) that hang together by overlapping, as their indexes and lanes."""
    cluster = _Cluster()
    for index, visit in enumerate(visits):
        if cluster.ends and visit.row >= max(cluster.ends):
            yield list(cluster.lanes), cluster
            cluster = _Cluster()
        cluster.add(index, visit)
    if cluster.ends:
        yield list(cluster.lanes), cluster
