"""Every read of availability."""

from portal.availability.queries.closures import doctors_away
from portal.availability.queries.exceptions import (
    MOST_IN_A_MONTH,
    ExceptionRow,
    list_touching,
    search_exceptions,
)
from portal.availability.queries.outlook import (
    Outlook,
    WeekSlot,
    list_orphans,
    outlook,
    week_slots,
)
from portal.availability.queries.places import (
    PlaceRow,
    get_place,
    get_place_of,
    list_places_of,
    search_places,
)
from portal.availability.queries.weekly import (
    batches,
    get_exception,
    get_rule,
    horizon_days,
    list_exceptions,
    list_rules,
    list_scheduled_doctor_ids,
)

__all__ = [
    "MOST_IN_A_MONTH",
    "ExceptionRow",
    "Outlook",
    "PlaceRow",
    "WeekSlot",
    "batches",
    "doctors_away",
    "get_exception",
    "get_place",
    "get_place_of",
    "get_rule",
    "horizon_days",
    "list_exceptions",
    "list_orphans",
    "list_places_of",
    "list_rules",
    "list_scheduled_doctor_ids",
    "list_touching",
    "outlook",
    "search_exceptions",
    "search_places",
    "week_slots",
]
