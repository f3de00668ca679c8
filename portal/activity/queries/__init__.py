"""Every read of the area."""

from portal.activity.queries.disclosures import find_disclosure, list_disclosures
from portal.activity.queries.entries import (
    Value,
    get_entry,
    list_values,
)
from portal.activity.queries.log import (
    MOST_EXPORTED,
    Line,
    Stretch,
    TooMany,
    export_entries,
    get_standing,
    list_entries,
)
from portal.activity.queries.people import list_people, names_of, numbers_of

__all__ = [
    "MOST_EXPORTED",
    "Line",
    "Stretch",
    "TooMany",
    "Value",
    "export_entries",
    "find_disclosure",
    "get_entry",
    "get_standing",
    "list_disclosures",
    "list_entries",
    "list_people",
    "list_values",
    "names_of",
    "numbers_of",
]
