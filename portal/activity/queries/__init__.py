"""Every read of the area."""

from portal.activity.queries.disclosures import (
    EnteredDisclosure,
    find_disclosure,
    get_disclosure,
    list_disclosures,
)
from portal.activity.queries.entries import (
    Value,
    get_entry,
    list_values,
)
from portal.activity.queries.glass import USES, count_unreviewed, get_glass, list_glass
from portal.activity.queries.log import (
    LogLine,
    Stretch,
    export_entries,
    get_moment,
    get_standing,
    list_entries,
)
from portal.activity.queries.people import find_people, names_of, numbers_of

__all__ = [
    "USES",
    "EnteredDisclosure",
    "LogLine",
    "Stretch",
    "Value",
    "count_unreviewed",
    "export_entries",
    "find_disclosure",
    "find_people",
    "get_disclosure",
    "get_entry",
    "get_glass",
    "get_moment",
    "get_standing",
    "list_disclosures",
    "list_entries",
    "list_glass",
    "list_values",
    "names_of",
    "numbers_of",
]
