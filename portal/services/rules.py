"""Limits of services, offerings and workflows. Pure."""

from collections.abc import Hashable, Iterable, Sequence
from typing import NamedTuple, Protocol

from portal.errors import N_, DomainError

LONGEST_MINUTES = 1440
LONGEST_BUFFER = 240


class MinutesOutOfRange(DomainError):
    message = N_("Between %(least)s and %(most)s minutes.")


class WorkflowWithoutSteps(DomainError):
    message = N_("A visit has at least one step.")
    field = "steps"


class VisitTooLong(DomainError):
    message = N_("The steps take %(total)s minutes; a visit takes %(most)s at most.")
    field = "steps"


class ServiceNameMissing(DomainError):
    message = N_("Give it a name.")
    field = "name"


def check_minutes(
    minutes: int | None, field: str, least: int = 1, most: int = LONGEST_MINUTES
) -> None:
    """Refuse minutes out of range, at their field; None is allowed where the column allows it."""
    if minutes is not None and not least <= minutes <= most:
        raise MinutesOutOfRange(field=field, least=least, most=most)


def check_steps(minutes: Sequence[int]) -> None:
    if not minutes:
        raise WorkflowWithoutSteps
    if sum(minutes) > LONGEST_MINUTES:
        raise VisitTooLong(total=sum(minutes), most=LONGEST_MINUTES)


def checked_name(name: str) -> str:
    if not name.strip():
        raise ServiceNameMissing
    return name.strip()


class ComparedStep(Protocol):
    """The compared parts of a step; its template says which step type it is."""

    @property
    def step_template_id(self) -> int: ...
    @property
    def minutes(self) -> int: ...
    @property
    def location_type(self) -> str | None: ...
    @property
    def requires_preparation(self) -> bool: ...
    @property
    def can_be_skipped(self) -> bool: ...


class Compared(NamedTuple):
    """A step beside another path: `same`, `changed`, `added`, or `missing` from the new one."""

    step: ComparedStep
    mark: str


def compare_steps(usual: Iterable[ComparedStep], own: Iterable[ComparedStep]) -> list[Compared]:
    """How one path differs from another, in its own order; what it leaves out comes last."""
    waiting = list(usual)
    compared = []
    for step in own:
        twin = next((w for w in waiting if w.step_template_id == step.step_template_id), None)
        if twin is None:
            compared.append(Compared(step, "added"))
            continue
        waiting.remove(twin)
        compared.append(Compared(step, "same" if _looks(twin) == _looks(step) else "changed"))
    return compared + [Compared(step, "missing") for step in waiting]


def _looks(step: ComparedStep) -> tuple[Hashable, ...]:
    return (step.minutes, step.location_type, step.requires_preparation, step.can_be_skipped)
