"""Lists of the area that are exported."""

from portal.doctors.queries import search_doctors
from portal.errors import N_
from portal.registry.lists import ExportedList, heading

LISTS = (
    ExportedList(
        "doctors",
        N_("Doctors"),
        "doctors.see",
        "doctors",
        ("q", "retired"),
        lambda filters, **window: search_doctors(
            query=filters["q"], retired=filters["retired"], **window
        ),
        (
            heading(N_("First name"), "first_name"),
            heading(N_("Last name"), "last_name"),
            heading(N_("Display name"), "display_name"),
            heading(N_("NPI"), "npi"),
            heading(N_("Specialty"), "specialty"),
            heading(N_("Facilities"), "facilities"),
        ),
    ),
)
