"""Side by side: visits that overlap share a column's width. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

# What twelve columns can be shared into.
SHARES = (1, 2, 3, 4, 6)


class Placed(Protocol):
    """Something that takes rows."""

    @property
    def row(self) -> int: ...

    @property
    def end_row(self) -> int: ...


@dataclass
class _Cluster:
    """Visits that hang together by overlapping, and where each lane ends so far."""

    lanes: dict[int, int] = field(default_factory=dict)
    ends: list[int] = field(default_factory=list)

    def add(self, index: int, visit: Placed) -> None:
        free = (lane for lane, end in enumerate(self.ends) if end <= visit.row)
        lane = next(free, None)
        if lane is None:
            lane = len(self.ends)
            self.ends.append(visit.end_row)
        self.ends[lane] = visit.end_row
        self.lanes[index] = lane


def lane_classes(visits: Sequence[Placed]) -> list[str]:
    """The class of each visit (sorted by row): where it stands beside those it overlaps.

    Alone it has none. More than six side by side share the last lane.
    """
    classes = [""] * len(visits)
    for cluster in _clusters(visits):
        count = next((n for n in SHARES if n >= len(cluster.ends)), SHARES[-1])
        if count > 1:
            for index, lane in cluster.lanes.items():
                classes[index] = f" l{min(lane, count - 1)}-{count}"
    return classes


def _clusters(visits: Sequence[Placed]) -> Iterable[_Cluster]:
    cluster = _Cluster()
    for index, visit in enumerate(visits):
        if cluster.ends and visit.row >= max(cluster.ends):
            yield cluster
            cluster = _Cluster()
        cluster.add(index, visit)
    yield cluster
