"""Lists of the area that are exported."""

from collections.abc import Callable
from typing import Any

from portal.appointments.labels import STATUS, shown_status
from portal.appointments.queries.exported import list_visits
from portal.errors import N_
from portal.registry.lists import ExportedList, ListColumn, heading
from portal.web.filters import localtime

STATUSES = {status: label for status, (label, _icon) in STATUS.items()}


def _day(name: str) -> Callable[[Any], Any]:
    return lambda row: localtime(getattr(row, name), row.zone).date()


def _time(name: str) -> Callable[[Any], Any]:
    return lambda row: localtime(getattr(row, name), row.zone).time()


LISTS = (
    ExportedList(
        "visits",
        N_("Appointments"),
        "appointments.see",
        "appointments",
        ("facility_id", "since", "until"),
        lambda filters, **window: list_visits(
            **{name: filters[name] for name in ("facility_id", "since", "until")}, **window
        ),
        (
            ListColumn(N_("Day"), _day("start_at")),
            ListColumn(N_("From"), _time("start_at")),
            ListColumn(N_("Until"), _time("end_at")),
            heading(N_("Time zone"), "zone"),
            heading(N_("Facility"), "facility"),
            heading(N_("Doctor"), "doctor"),
            heading(N_("Service"), "service"),
            heading(N_("MRN"), "mrn"),
            heading(N_("First name"), "first_name"),
            heading(N_("Last name"), "last_name"),
            heading(N_("DOB"), "dob"),
            heading(N_("Phone"), "phone"),
            heading(N_("Plan"), "plan"),
            ListColumn(
                N_("Status"), lambda row: shown_status(row.status, row.confirmed_at), STATUSES
            ),
        ),
    ),
)
