"""The next step of a visit: the one thing that the main button and C do. Pure."""

from collections.abc import Sequence
from typing import Generic, NamedTuple, TypeVar

from portal.appointments.rules.visits import Step, current_step, next_step
from portal.errors import N_

AnyStep = TypeVar("AnyStep", bound=Step)
# Unbound: a bound would be checked before the types of a model's columns are known.
Kept = TypeVar("Kept")
# What is done -> what its button says; the step has a name.
LABELS = {
    "check_in": N_("Check in"),
    "start": N_("Start visit"),
    "start_step": N_("Start %(step)s"),
    "finish_step": N_("Finish %(step)s"),
    "complete": N_("Complete"),
}
# What is done -> what a message says when it was done.
LABELS_DONE = {
    "check_in": N_("Checked in"),
    "start": N_("Visit started"),
    "start_step": N_("Started %(step)s"),
    "finish_step": N_("Finished %(step)s"),
    "complete": N_("Completed"),
}


class Next(NamedTuple, Generic[Kept]):
    """The next act, and the step it is done to."""

    kind: str
    step: Kept | None = None


def what_comes_next(status: str, steps: Sequence[AnyStep]) -> Next[AnyStep] | None:
    """Arrive, then each step begins and ends, and the last one's end completes the visit.

    Returns:
        None when the visit is over.
    """
    if status == "scheduled":
        return Next("check_in")
    if status not in ("checked_in", "in_progress"):
        return None
    current, waiting = current_step(steps), next_step(steps)
    if current is not None and waiting is not None:
        return Next("finish_step", current)
    if current is None and waiting is not None:
        return Next("start_step", waiting)
    return Next("complete") if status == "in_progress" else Next("start")
