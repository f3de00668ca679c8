"""What services, offerings and workflows may look like. Pure."""

from collections.abc import Sequence

from portal.refusals import N_, DomainError

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


class NameMissing(DomainError):
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
        raise NameMissing
    return name.strip()
