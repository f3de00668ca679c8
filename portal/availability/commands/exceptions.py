"""Exceptions: what a doctor's rules do not say. Each change is carried through to the slots."""

from dataclasses import asdict, dataclass
from datetime import datetime
from functools import partial

from portal.availability.commands.materialise import Materialised, materialise_doctors
from portal.availability.queries.weekly import get_rule
from portal.availability.rules import (
    OverrideNeedsSlotLength,
    check_override,
    check_slots,
    check_span,
)
from portal.db import session
from portal.errors import N_, DomainError, all_of, refusing
from portal.schema.availability import AvailabilityException


class RuleElsewhere(DomainError):
    message = N_("These hours are another doctor's or another facility's.")
    field = "availability_rule_id"


class TooManyAtOnce(DomainError):
    """Each is laid out from its beginning to its end, whatever the others say."""

    message = N_("At most 8 changed hours of a doctor at a facility overlap. Take one back first.")
    field = "start_at"


REASONS = {"ck_availability_exceptions_at_once": TooManyAtOnce}


@dataclass(frozen=True)
class ExceptionDetails:
    """A half-open span of instants; `type` is blocked, emergency or override.

    A rule narrows it to that rule. An override without a rule needs a slot length.
    """

    doctor_id: int
    facility_id: int
    start_at: datetime
    end_at: datetime
    type: str
    reason: str | None = None
    availability_rule_id: int | None = None
    slot_duration_minutes: int | None = None


def add_exception(details: ExceptionDetails) -> AvailabilityException:
    """Add an exception and carry it through to the slots it touches.

    Raises:
        SpanBackwards, OverrideTooLong, OverrideNeedsSlotLength, SlotLengthOutOfRange,
        RuleElsewhere, TooManyAtOnce: at their field.
    """
    check_exception(details)
    exception = AvailabilityException(**asdict(details))
    with refusing(REASONS):
        session.add(exception)
    _carry_through(exception)
    return exception


def change_exception(
    exception: AvailabilityException, details: ExceptionDetails
) -> AvailabilityException:
    """Change an exception; slots follow where it was and is. Raises as `add_exception`."""
    check_exception(details)
    with refusing(REASONS):
        for name, value in asdict(details).items():
            setattr(exception, name, value)
    _carry_through(exception)
    return exception


def remove_exception(exception: AvailabilityException) -> Materialised:
    """Take an exception back: the rules hold again where it was."""
    session.delete(exception)
    session.flush()
    return _carry_through(exception)


def _carry_through(exception: AvailabilityException) -> Materialised:
    """Slots agree again on the dates touched, past and beyond the horizon left alone."""
    return materialise_doctors([exception.doctor_id], facility_id=exception.facility_id)


def check_exception(details: ExceptionDetails) -> None:
    """Whether an exception could be added. Raises as `add_exception`, all that is wrong at once."""
    all_of(
        (
            partial(check_span, details.start_at, details.end_at),
            partial(_check_length, details),
            partial(_check_rule, details),
            partial(_check_slots, details),
        )
    )


def _check_length(details: ExceptionDetails) -> None:
    if details.type == "override":
        check_override(details.start_at, details.end_at)


def _check_rule(details: ExceptionDetails) -> None:
    if details.availability_rule_id is not None:
        rule = get_rule(details.availability_rule_id)
        if (rule.doctor_id, rule.facility_id) != (details.doctor_id, details.facility_id):
            raise RuleElsewhere


def _check_slots(details: ExceptionDetails) -> None:
    narrowed = details.availability_rule_id is not None
    if details.slot_duration_minutes is None and details.type == "override" and not narrowed:
        raise OverrideNeedsSlotLength
    if details.slot_duration_minutes is not None:
        check_slots(details.slot_duration_minutes, None, 1)
