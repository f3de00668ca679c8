"""Jobs of the worker."""

from collections.abc import Callable
from dataclasses import dataclass

from portal.tenancy.clinics import for_each_clinic, under


@dataclass(frozen=True)
class Job:
    """Work to be done again and again, at least `every` seconds apart, each `within` seconds."""

    name: str
    every: int
    run: Callable[[], None]
    within: int = 900


def in_every_clinic(name: str, act: Callable[[], object]) -> Callable[[], None]:
    """A job's work: the same in each clinic, a transaction each, under a name for the log."""
    return lambda: for_each_clinic(under(name, act))
