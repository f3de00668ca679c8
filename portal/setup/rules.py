"""The tasks of setting a clinic up, in the order in which each needs those before it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from portal.errors import N_, Conflict

DONE, PART, MISSING, OPTIONAL = "done", "part", "missing", "optional"


class StillMissing(Conflict):
    """The checklist is put away when what it is about is there."""

    message = N_("Something without which nobody can be booked is still missing.")


class SetupGap(NamedTuple):
    """How many records lack something, and the first of them."""

    records: int
    first_id: int


@dataclass(frozen=True)
class Counts:
    """A clinic's records: a number of each thing, and the gaps there are by name."""

    have: Mapping[str, int]
    gaps: Mapping[str, SetupGap]


class Task(NamedTuple):
    """A line of the checklist: what is counted, what may be lacking, whether one can do without."""

    name: str
    counted: str
    gap: str | None = None
    optional: bool = False


TASKS = (
    Task("facilities", "facilities"),
    Task("doctors", "places", "placeless"),
    Task("services", "services"),
    Task("offerings", "offerings", "unoffered"),
    Task("payers", "plans", "planless", optional=True),
    Task("acceptance", "acceptances", "unaccepted", optional=True),
    Task("steps", "steps"),
    Task("workflows", "workflows", "stepless"),
    Task("hours", "hours", "hourless"),
    Task("staff", "staff", "invited", optional=True),
    Task("visit", "visit"),
)


class SetupTask(NamedTuple):
    """A task as the clinic's data has it."""

    task: Task
    have: int
    gap: SetupGap | None
    state: str


def checklist(counts: Counts) -> list[SetupTask]:
    """Every task with its state."""
    lines = []
    for task in TASKS:
        have, gap = counts.have[task.counted], counts.gaps.get(task.gap or "")
        lines.append(SetupTask(task, have, gap, _state(task, have, gap)))
    return lines


def next_line(lines: Sequence[SetupTask]) -> SetupTask | None:
    """The next task: the first that nobody can be booked without, else the first gap."""
    by_state = {state: [line for line in lines if line.state == state] for state in (MISSING, PART)}
    return next(iter([*by_state[MISSING], *by_state[PART]]), None)


def check_ready(lines: Sequence[SetupTask]) -> None:
    """Raise StillMissing while nobody can be booked."""
    if any(line.state == MISSING for line in lines):
        raise StillMissing


def _state(task: Task, have: int, gap: SetupGap | None) -> str:
    if gap:
        return PART if have or task.optional else MISSING
    if have:
        return DONE
    return OPTIONAL if task.optional else MISSING
