"""The lists that can be exported: whose right it takes, by what they are narrowed, their columns.

The filters are those of the list's screen, under the same names in the address. None of them is a
patient's datum: patients are narrowed by their facility alone.
"""

from collections.abc import Callable
from typing import Any

from portal.appointments.labels import STATUS, shown_status
from portal.auth.permissions import ROLE_NAMES
from portal.availability.queries.exceptions import search_exceptions
from portal.doctors.queries import search_doctors
from portal.errors import N_
from portal.exchange.exports.queries.people import list_patients, list_visits
from portal.exchange.exports.queries.setup import (
    list_acceptance,
    list_hours,
    list_offerings,
    list_payer_plans,
    list_workflow_steps,
)
from portal.facilities.queries import list_facilities
from portal.patients.display import SEX_WORDS
from portal.registry.lists import ExportedList, ListColumn, local
from portal.registry.lists import heading as _h
from portal.services.queries.searching import search_services, search_step_templates
from portal.staff.queries import list_users
from portal.web.filters import localtime

YES_NO = {True: N_("yes"), False: N_("no")}
WEEKDAYS = dict(
    enumerate(
        (N_("Sunday"), N_("Monday"), N_("Tuesday"), N_("Wednesday"), N_("Thursday"), N_("Friday"),
         N_("Saturday"))
    )
)  # fmt: skip
STANDINGS = {"active": N_("active"), "inactive": N_("inactive"), "deceased": N_("deceased")}
ACCOUNTS = {"invited": N_("invited"), "active": N_("active"), "disabled": N_("disabled")}
EXCEPTIONS = {
    "blocked": N_("Time off"),
    "emergency": N_("Emergency"),
    "override": N_("Changed hours"),
}
VISIBILITY = {"public": N_("everyone"), "private": N_("staff only")}
STATUSES = {status: label for status, (label, _icon) in STATUS.items()}


def _day(name: str) -> Callable[[Any], Any]:
    return lambda row: localtime(getattr(row, name), row.zone).date()


def _time(name: str) -> Callable[[Any], Any]:
    return lambda row: localtime(getattr(row, name), row.zone).time()


FIRST, LAST = N_("First name"), N_("Last name")
DOCTOR, FACILITY, SERVICE = N_("Doctor"), N_("Facility"), N_("Service")
PAYER, CODE, PLAN, ZONE = N_("Payer"), N_("Plan code"), N_("Plan"), N_("Time zone")
FROM, UNTIL, MINUTES, PHONE = N_("From"), N_("Until"), N_("Minutes"), N_("Phone")

LISTS = (
    ExportedList(
        "facilities", N_("Facilities"), "facilities.see", "facilities", (),
        lambda filters, **window: list_facilities(**window),
        (_h(N_("Name"), "name"), _h(N_("Address"), "address"), _h(PHONE, "phone"),
         _h(ZONE, "timezone")),
    ),
    ExportedList(
        "doctors", N_("Doctors"), "doctors.see", "doctors", ("q", "retired"),
        lambda filters, **window: search_doctors(
            query=filters["q"], retired=filters["retired"], **window),
        (_h(FIRST, "first_name"), _h(LAST, "last_name"), _h(N_("Display name"), "display_name"),
         _h(N_("NPI"), "npi"), _h(N_("Specialty"), "specialty"),
         _h(N_("Facilities"), "facilities")),
    ),
    ExportedList(
        "services", N_("Services"), "services.see", "services", ("q", "retired"),
        lambda filters, **window: search_services(
            query=filters["q"], retired=filters["retired"], **window),
        (_h(N_("Name"), "name"), _h(N_("Category"), "category"), _h(N_("Code"), "code"),
         _h(N_("Code system"), "code_system"), _h(MINUTES, "minutes"),
         _h(N_("Offered"), "offerings")),
    ),
    ExportedList(
        "offerings", N_("Who offers what where"), "services.see", "service_offerings",
        ("q", "service_id"),
        lambda filters, **window: list_offerings(
            query=filters["q"], service_id=filters["service_id"], **window),
        (_h(SERVICE, "service"), _h(N_("Code"), "code"), _h(DOCTOR, "doctor"),
         _h(FACILITY, "facility"), _h(MINUTES, "minutes"),
         _h(N_("Minutes free before"), "before"), _h(N_("Minutes free after"), "after"),
         _h(N_("Offered now"), "active", YES_NO),
         _h(N_("Shown to"), "visibility", VISIBILITY)),
    ),
    ExportedList(
        "steps", N_("Step types"), "services.see", "step_templates", ("q",),
        lambda filters, **window: search_step_templates(query=filters["q"], **window),
        (_h(N_("Name"), "name"), _h(N_("Description"), "description"), _h(MINUTES, "minutes"),
         _h(N_("Needs a room"), "requires_location", YES_NO),
         _h(N_("Used by workflows"), "workflows")),
    ),
    ExportedList(
        "workflows", N_("Workflows"), "services.see", "service_workflows", ("q",),
        lambda filters, **window: list_workflow_steps(query=filters["q"], **window),
        (_h(SERVICE, "service"), _h(DOCTOR, "doctor"), _h(FACILITY, "facility"),
         _h(PLAN, "plan"), _h(N_("Workflow"), "workflow"), _h(N_("Position"), "position"),
         _h(N_("Step"), "step"), _h(MINUTES, "minutes"), _h(N_("Room"), "location_type"),
         _h(N_("Prepared before"), "requires_preparation", YES_NO),
         _h(N_("May be skipped"), "can_be_skipped", YES_NO)),
    ),
    ExportedList(
        "plans", N_("Payers and plans"), "insurance.see", "insurance_plans", ("q",),
        lambda filters, **window: list_payer_plans(query=filters["q"], **window),
        (_h(PAYER, "payer"), _h(N_("Website"), "website"), _h(PHONE, "phone"),
         _h(N_("E-mail"), "email"), _h(CODE, "plan_code"), _h(PLAN, "plan"),
         _h(N_("In effect from"), "effective_from"),
         _h(N_("In effect until"), "effective_to")),
    ),
    ExportedList(
        "acceptance", N_("Acceptance of plans"), "insurance.see", "facility_insurance_plans",
        ("q", "at"),
        lambda filters, **window: list_acceptance(
            query=filters["q"], at=filters["at"], **window),
        (_h(FACILITY, "facility"), _h(PAYER, "payer"), _h(CODE, "plan_code"), _h(PLAN, "plan"),
         _h(N_("Accepted"), "enabled", YES_NO), _h(FROM, "accepted_since"),
         _h(UNTIL, "accepted_until"), _h(N_("Notes"), "notes")),
    ),
    ExportedList(
        "hours", N_("Weekly hours"), "availability.see", "availability_rules", ("q",),
        lambda filters, **window: list_hours(query=filters["q"], **window),
        (_h(N_("Doctor (name or NPI)"), "npi"), _h(N_("Display name"), "doctor"),
         _h(FACILITY, "facility"), _h(N_("Weekday"), "day_of_week", WEEKDAYS),
         _h(FROM, "start_time"), _h(UNTIL, "end_time"),
         _h(N_("Minutes of a slot"), "slot_duration_minutes"),
         _h(N_("Minutes between openings"), "slot_interval_minutes"),
         _h(N_("Reserved for"), "service"), _h(N_("Seats"), "capacity"),
         _h(N_("First day"), "valid_from"), _h(N_("Last day"), "valid_to"), _h(ZONE, "zone")),
    ),
    ExportedList(
        "exceptions", N_("Exceptions to the hours"), "availability.see",
        "availability_exceptions", ("q", "past"),
        lambda filters, **window: search_exceptions(
            query=filters["q"], past=filters["past"], **window),
        (ListColumn(FROM, local("start_at")), ListColumn(UNTIL, local("end_at")), _h(ZONE,
                                                                                       "zone"),
         _h(DOCTOR, "doctor"), _h(FACILITY, "facility"),
         _h(N_("Type"), "type", EXCEPTIONS), _h(N_("Reason"), "reason")),
    ),
    ExportedList(
        "patients", N_("Patients"), "patients.see", "patients", ("facility_id",),
        lambda filters, **window: list_patients(
            facility_id=filters["facility_id"], **window),
        (_h(N_("MRN"), "mrn"), _h(FIRST, "first_name"), _h(LAST, "last_name"),
         _h(N_("Former names"), "former_names"),
         _h(N_("DOB"), "dob"), _h(PHONE, "phone"), _h(N_("E-mail"), "email"),
         _h(N_("Language"), "preferred_language"), _h(N_("Status"), "status", STANDINGS),
         _h(N_("Status since"), "status_since"),
         _h(N_("Sex (administrative)"), "extras.sex", SEX_WORDS),
         _h(N_("Address"), "address"), _h(N_("Interpreter"), "interpreter", YES_NO),
         _h(N_("Messages to this phone"), "phone_messages", YES_NO),
         _h(N_("Messages to this e-mail"), "email_messages", YES_NO),
         _h(N_("Alerts"), "alerts"), _h(N_("Contacts"), "contacts"),
         _h(N_("Registered at"), "facility"), _h(PLAN, "plan")),
    ),
    ExportedList(
        "visits", N_("Appointments"), "appointments.see", "appointments",
        ("facility_id", "since", "until"),
        lambda filters, **window: list_visits(
            **{name: filters[name] for name in ("facility_id", "since", "until")}, **window),
        (ListColumn(N_("Day"), _day("start_at")), ListColumn(FROM, _time("start_at")),
         ListColumn(UNTIL, _time("end_at")), _h(ZONE, "zone"), _h(FACILITY, "facility"),
         _h(DOCTOR, "doctor"), _h(SERVICE, "service"), _h(N_("MRN"), "mrn"),
         _h(FIRST, "first_name"), _h(LAST, "last_name"), _h(N_("DOB"), "dob"),
         _h(PHONE, "phone"), _h(PLAN, "plan"),
         ListColumn(N_("Status"), lambda row: shown_status(row.status, row.confirmed_at),
                 STATUSES)),
    ),
    ExportedList(
        "staff", N_("Staff"), "staff.see", "users", (),
        lambda filters, **window: list_users(**window),
        (_h(N_("Name"), "name"), _h(N_("E-mail"), "email"), _h(N_("Role"), "role", ROLE_NAMES),
         _h(N_("Account"), "status", ACCOUNTS),
         _h(N_("Second factor"), "has_factor", YES_NO)),
    ),
)  # fmt: skip
