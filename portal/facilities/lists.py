"""Lists of the area that are exported."""

from portal.errors import N_
from portal.facilities.queries import list_facilities
from portal.registry.lists import ExportedList, heading

LISTS = (
    ExportedList(
        "facilities",
        N_("Facilities"),
        "facilities.see",
        "facilities",
        (),
        lambda filters, **window: list_facilities(**window),
        (
            heading(N_("Name"), "name"),
            heading(N_("Address"), "address"),
            heading(N_("Phone"), "phone"),
            heading(N_("Time zone"), "timezone"),
        ),
    ),
)
