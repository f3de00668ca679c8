"""Lists of the area that are exported."""

from portal.errors import N_
from portal.patients.display import SEX_WORDS
from portal.patients.queries.exported import list_patients
from portal.registry.lists import YES_NO, ExportedList, heading

STANDINGS = {"active": N_("active"), "inactive": N_("inactive"), "deceased": N_("deceased")}


LISTS = (
    ExportedList(
        "patients",
        N_("Patients"),
        "patients.see",
        "patients",
        ("facility_id",),
        lambda filters, **window: list_patients(facility_id=filters["facility_id"], **window),
        (
            heading(N_("MRN"), "mrn"),
            heading(N_("First name"), "first_name"),
            heading(N_("Last name"), "last_name"),
            heading(N_("Former names"), "former_names"),
            heading(N_("DOB"), "dob"),
            heading(N_("Phone"), "phone"),
            heading(N_("E-mail"), "email"),
            heading(N_("Language"), "preferred_language"),
            heading(N_("Status"), "status", STANDINGS),
            heading(N_("Status since"), "status_since"),
            heading(N_("Sex (administrative)"), "extras.sex", SEX_WORDS),
            heading(N_("Address"), "address"),
            heading(N_("Interpreter"), "interpreter", YES_NO),
            heading(N_("Messages to this phone"), "phone_messages", YES_NO),
            heading(N_("Messages to this e-mail"), "email_messages", YES_NO),
            heading(N_("Alerts"), "alerts"),
            heading(N_("Contacts"), "contacts"),
            heading(N_("Registered at"), "facility"),
            heading(N_("Plan"), "plan"),
        ),
    ),
)
