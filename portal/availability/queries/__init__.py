"""Every read of availability."""

from portal.availability.queries.difference import DIFFERENCE
from portal.availability.queries.exceptions import ExceptionRow, search_exceptions
from portal.availability.queries.outlook import (
    Outlook,
    WeekSlot,
    list_orphans,
    outlook,
    week_slots,
)
from portal.availability.queries.places import PlaceRow, get_place, get_place_of, search_places
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
    "ExceptionRow",
    "Outlook",
    "PlaceRow",
    "WeekSlot",
    "get_exception",
    "get_place",
    "get_place_of",
    "get_rule",
    "get_slot",
    "list_exceptions",
    "list_orphans",
    "list_rules",
    "list_scheduled_doctor_ids",
    "outlook",
    "search_exceptions",
    "search_places",
    "week_slots",
]
