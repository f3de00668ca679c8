"""Lists of the area that are exported."""

from portal.availability.queries.exceptions import search_exceptions
from portal.availability.queries.exported import list_hours
from portal.errors import N_
from portal.registry.lists import ExportedList, ListColumn, heading, local

WEEKDAYS = dict(
    enumerate(
        (N_("Sunday"), N_("Monday"), N_("Tuesday"), N_("Wednesday"), N_("Thursday"), N_("Friday"),
         N_("Saturday"))
    )
)  # fmt: skip
EXCEPTIONS = {
    "blocked": N_("Time off"),
    "emergency": N_("Emergency"),
    "override": N_("Changed hours"),
}


LISTS = (
    ExportedList(
        "hours",
        N_("Weekly hours"),
        "availability.see",
        "availability_rules",
        ("q",),
        lambda filters, **window: list_hours(query=filters["q"], **window),
        (
            heading(N_("Doctor (name or NPI)"), "npi"),
            heading(N_("Display name"), "doctor"),
            heading(N_("Facility"), "facility"),
            heading(N_("Weekday"), "day_of_week", WEEKDAYS),
            heading(N_("From"), "start_time"),
            heading(N_("Until"), "end_time"),
            heading(N_("Minutes of a slot"), "slot_duration_minutes"),
            heading(N_("Minutes between openings"), "slot_interval_minutes"),
            heading(N_("Reserved for"), "service"),
            heading(N_("Seats"), "capacity"),
            heading(N_("First day"), "valid_from"),
            heading(N_("Last day"), "valid_to"),
            heading(N_("Time zone"), "zone"),
        ),
    ),
    ExportedList(
        "exceptions",
        N_("Exceptions to the hours"),
        "availability.see",
        "availability_exceptions",
        ("q", "past"),
        lambda filters, **window: search_exceptions(
            query=filters["q"], past=filters["past"], **window
        ),
        (
            ListColumn(N_("From"), local("start_at")),
            ListColumn(N_("Until"), local("end_at")),
            heading(N_("Time zone"), "zone"),
            heading(N_("Doctor"), "doctor"),
            heading(N_("Facility"), "facility"),
            heading(N_("Type"), "type", EXCEPTIONS),
            heading(N_("Reason"), "reason"),
        ),
    ),
)
