"""Lists of the area that are exported."""

from portal.errors import N_
from portal.registry.lists import YES_NO, ExportedList, heading
from portal.services.queries.exported import list_offerings, list_workflow_steps
from portal.services.queries.searching import search_services, search_step_templates

VISIBILITY = {"public": N_("everyone"), "private": N_("staff only")}


LISTS = (
    ExportedList(
        "services",
        N_("Services"),
        "services.see",
        "services",
        ("q", "retired"),
        lambda filters, **window: search_services(
            query=filters["q"], retired=filters["retired"], **window
        ),
        (
            heading(N_("Name"), "name"),
            heading(N_("Category"), "category"),
            heading(N_("Code"), "code"),
            heading(N_("Code system"), "code_system"),
            heading(N_("Minutes"), "minutes"),
            heading(N_("Offered"), "offerings"),
        ),
    ),
    ExportedList(
        "offerings",
        N_("Who offers what where"),
        "services.see",
        "service_offerings",
        ("q", "service_id"),
        lambda filters, **window: list_offerings(
            query=filters["q"], service_id=filters["service_id"], **window
        ),
        (
            heading(N_("Service"), "service"),
            heading(N_("Code"), "code"),
            heading(N_("Doctor"), "doctor"),
            heading(N_("Facility"), "facility"),
            heading(N_("Minutes"), "minutes"),
            heading(N_("Minutes free before"), "before"),
            heading(N_("Minutes free after"), "after"),
            heading(N_("Offered now"), "active", YES_NO),
            heading(N_("Shown to"), "visibility", VISIBILITY),
        ),
    ),
    ExportedList(
        "steps",
        N_("Step types"),
        "services.see",
        "step_templates",
        ("q",),
        lambda filters, **window: search_step_templates(query=filters["q"], **window),
        (
            heading(N_("Name"), "name"),
            heading(N_("Description"), "description"),
            heading(N_("Minutes"), "minutes"),
            heading(N_("Needs a room"), "requires_location", YES_NO),
            heading(N_("Used by workflows"), "workflows"),
        ),
    ),
    ExportedList(
        "workflows",
        N_("Workflows"),
        "services.see",
        "service_workflows",
        ("q",),
        lambda filters, **window: list_workflow_steps(query=filters["q"], **window),
        (
            heading(N_("Service"), "service"),
            heading(N_("Doctor"), "doctor"),
            heading(N_("Facility"), "facility"),
            heading(N_("Plan"), "plan"),
            heading(N_("Workflow"), "workflow"),
            heading(N_("Position"), "position"),
            heading(N_("Step"), "step"),
            heading(N_("Minutes"), "minutes"),
            heading(N_("Room"), "location_type"),
            heading(N_("Prepared before"), "requires_preparation", YES_NO),
            heading(N_("May be skipped"), "can_be_skipped", YES_NO),
        ),
    ),
)
