"""Splitting a session of the week: around a break, or at a day from which it may differ."""

from dataclasses import replace
from datetime import date, time, timedelta

from sqlalchemy import text

from portal import clock
from portal.availability.commands.weekly import add_rule, change_rule, details_of
from portal.availability.rules import check_break, check_first_day
from portal.db import session
from portal.schema.availability import AvailabilityRule
from portal.tenancy.context import request_context

# What holds of the session holds of both its parts.
SHARE_EXCEPTIONS = text("""
    INSERT INTO availability_exceptions (tenant_id, availability_rule_id, facility_id, doctor_id,
                                         start_at, end_at, type, reason, slot_duration_minutes,
                                         meta)
    SELECT tenant_id, :second_id, facility_id, doctor_id,
           start_at, end_at, type, reason, slot_duration_minutes, meta
      FROM availability_exceptions
     WHERE tenant_id = :tenant_id AND availability_rule_id = :first_id AND end_at > :now
    RETURNING id
""")


def split_around(rule: AvailabilityRule, pause_from: time, pause_until: time) -> AvailabilityRule:
    """Two sessions with a break between them; a break of no length only divides.

    Returns:
        The second session.

    Raises:
        BreakOutside: no time is left before or after it.
        SlotLongerThanWindow: a slot does not fit into one of the parts.
    """
    check_break(rule.start_time, rule.end_time, pause_from, pause_until)
    whole = details_of(rule)
    change_rule(rule, replace(whole, end_time=pause_from))
    return _second(rule, add_rule(replace(whole, start_time=pause_until)))


def split_from(rule: AvailabilityRule, first_day: date) -> AvailabilityRule:
    """Split a session in two: until the day before, and from `first_day` on.

    Returns:
        The later one, to be changed without touching the days before.

    Raises:
        DayOutside: the session does not hold both before that day and on it.
    """
    check_first_day(rule.valid_from, rule.valid_to, first_day)
    whole = details_of(rule)
    change_rule(rule, replace(whole, valid_to=first_day - timedelta(days=1)))
    return _second(rule, add_rule(replace(whole, valid_from=first_day)))


def _second(first: AvailabilityRule, second: AvailabilityRule) -> AvailabilityRule:
    values = {"tenant_id": request_context().tenant_id, "now": clock.now()}
    both = {"first_id": first.id, "second_id": second.id}
    if session.scalars(SHARE_EXCEPTIONS, values | both).all():
        change_rule(second, details_of(second))
    return second
