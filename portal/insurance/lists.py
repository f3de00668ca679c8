"""Lists of the area that are exported."""

from portal.errors import N_
from portal.insurance.queries.exported import list_acceptance, list_payer_plans
from portal.registry.lists import YES_NO, ExportedList, heading

LISTS = (
    ExportedList(
        "plans",
        N_("Payers and plans"),
        "insurance.see",
        "insurance_plans",
        ("q",),
        lambda filters, **window: list_payer_plans(query=filters["q"], **window),
        (
            heading(N_("Payer"), "payer"),
            heading(N_("Website"), "website"),
            heading(N_("Phone"), "phone"),
            heading(N_("E-mail"), "email"),
            heading(N_("Plan code"), "plan_code"),
            heading(N_("Plan"), "plan"),
            heading(N_("In effect from"), "effective_from"),
            heading(N_("In effect until"), "effective_to"),
        ),
    ),
    ExportedList(
        "acceptance",
        N_("Acceptance of plans"),
        "insurance.see",
        "facility_insurance_plans",
        ("q", "at"),
        lambda filters, **window: list_acceptance(query=filters["q"], at=filters["at"], **window),
        (
            heading(N_("Facility"), "facility"),
            heading(N_("Payer"), "payer"),
            heading(N_("Plan code"), "plan_code"),
            heading(N_("Plan"), "plan"),
            heading(N_("Accepted"), "enabled", YES_NO),
            heading(N_("From"), "accepted_since"),
            heading(N_("Until"), "accepted_until"),
            heading(N_("Notes"), "notes"),
        ),
    ),
)
