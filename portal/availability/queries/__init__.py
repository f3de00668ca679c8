"""Every read of availability."""

from portal.availability.queries.difference import DIFFERENCE
from portal.availability.queries.weekly import (
    get_exception,
    get_rule,
    get_slot,
    list_exceptions,
    list_rules,
    list_scheduled_doctor_ids,
)

__all__ = [
    "DIFFERENCE",
    "get_exception",
    "get_rule",
    "get_slot",
    "list_exceptions",
    "list_rules",
    "list_scheduled_doctor_ids",
]
