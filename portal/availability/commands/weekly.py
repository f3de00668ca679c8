"""Rules: when a doctor is there, week by week. Each change is carried through to the slots."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date, time
from functools import partial

from portal.availability.commands.materialise import Materialised, materialise_doctors
from portal.availability.rules import check_slots, check_validity, check_window, wall_minutes
from portal.db import session
from portal.doctors.queries import find_place
from portal.errors import N_, DomainError, all_of, refusing
from portal.schema.availability import AvailabilityRule
from portal.services.queries.catalogue import get_offering


class NotPlacedThere(DomainError):
    message = N_("This doctor does not work at this facility.")
    field = "facility_id"


class OfferingElsewhere(DomainError):
    message = N_("This service is offered by another doctor or at another facility.")
    field = "service_offering_id"


class UnknownReference(DomainError):
    message = N_("The doctor, facility or service is not known here.")
    field = "doctor_id"


CONSTRAINTS = {
    "fk_availability_rules_doctor_id": UnknownReference,
    "fk_availability_rules_facility_id": UnknownReference,
}


@dataclass(frozen=True)
class RuleDetails:
    """A weekly window in the facility's local time; day 0 is Sunday, an end of 00:00 the day's end.

    No offering: any of the doctor's there. No interval: back to back.
    """

    doctor_id: int
    facility_id: int
    day_of_week: int
    start_time: time
    end_time: time
    slot_duration_minutes: int
    slot_interval_minutes: int | None = None
    service_offering_id: int | None = None
    capacity: int = 1
    valid_from: date | None = None
    valid_to: date | None = None


def details_of(rule: AvailabilityRule) -> RuleDetails:
    """A rule as it was typed."""
    return RuleDetails(**{field.name: getattr(rule, field.name) for field in fields(RuleDetails)})


def add_rule(details: RuleDetails) -> AvailabilityRule:
    """Add a rule and make its slots to the horizon.

    Raises:
        WindowEndsBeforeStart, SlotLengthOutOfRange, ValidityBackwards and the like: at their field.
        NotPlacedThere, OfferingElsewhere: the rule could never be offered.
    """
    [rule] = add_rules([details])
    return rule


def add_rules(many: Sequence[RuleDetails]) -> list[AvailabilityRule]:
    """Add several rules, such as a doctor's week, and make the slots once a doctor and place.

    Raises as `add_rule`; then none is added.
    """
    for details in many:
        check_rule(details)
    with refusing(CONSTRAINTS):
        rules = [AvailabilityRule(**asdict(details)) for details in many]
        session.add_all(rules)
    for doctor_id, facility_id in sorted({(rule.doctor_id, rule.facility_id) for rule in rules}):
        materialise_doctors([doctor_id], facility_id=facility_id)
    return rules


def change_rule(rule: AvailabilityRule, details: RuleDetails) -> Materialised:
    """Change a rule; free slots follow, booked ones stand. Raises as `add_rule`."""
    check_rule(details)
    before = (rule.doctor_id, rule.facility_id)
    with refusing(CONSTRAINTS):
        for name, value in asdict(details).items():
            setattr(rule, name, value)
    done = _carry_through(rule)
    if before != (rule.doctor_id, rule.facility_id):
        done += materialise_doctors([before[0]], facility_id=before[1])
    return done


def end_rule(rule: AvailabilityRule, last_date: date | None = None) -> Materialised:
    """End a rule after a date, or at once; free slots go, booked ones stand as orphans."""
    if last_date is None:
        rule.active = False
    else:
        check_validity(rule.valid_from, last_date)
        rule.valid_to = last_date
    session.flush()
    return _carry_through(rule)


def _carry_through(rule: AvailabilityRule) -> Materialised:
    return materialise_doctors([rule.doctor_id], facility_id=rule.facility_id)


def check_rule(details: RuleDetails) -> None:
    """Whether a rule could be added. Raises as `add_rule`, all that is wrong at once."""
    checks = (_check_times, _check_validity, _check_place, _check_offering)
    all_of(partial(check, details) for check in checks)


def _check_times(details: RuleDetails) -> None:
    """A slot is held against the session's length where that is one."""
    window = wall_minutes(details.start_time, details.end_time)
    all_of(
        (
            partial(check_window, details.start_time, details.end_time),
            partial(
                check_slots, details.slot_duration_minutes, details.slot_interval_minutes,
                details.capacity, window if window > 0 else None,
            ),
        )
    )  # fmt: skip


def _check_validity(details: RuleDetails) -> None:
    check_validity(details.valid_from, details.valid_to)


def _check_place(details: RuleDetails) -> None:
    location = find_place(doctor_id=details.doctor_id, facility_id=details.facility_id)
    if location is None or not location.active:
        raise NotPlacedThere


def _check_offering(details: RuleDetails) -> None:
    if details.service_offering_id is None:
        return
    offering = get_offering(details.service_offering_id)
    if (offering.doctor_id, offering.facility_id) != (details.doctor_id, details.facility_id):
        raise OfferingElsewhere
