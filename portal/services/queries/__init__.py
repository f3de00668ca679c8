"""Every read of services, offerings, step templates and workflows."""

from portal.services.queries.catalogue import (
    OfferingRow,
    find_offering,
    get_any_service,
    get_offering,
    get_offering_row,
    get_service,
    list_offerings,
    list_services,
)
from portal.services.queries.grid import Grid, offering_grid
from portal.services.queries.searching import (
    search_paths,
    search_services,
    search_step_templates,
)
from portal.services.queries.use import (
    Use,
    count_coming_visits,
    count_offerings,
    count_workflows_by_template,
    use_of,
)
from portal.services.queries.workflows import (
    PlannedStep,
    find_active_workflow,
    find_alike,
    get_active_workflow,
    get_step_template,
    get_workflow,
    list_step_templates,
    list_workflow_steps,
    list_workflows,
    step_details,
    steps_of,
    workflow_for,
    workflows_not_as_long_as_their_steps,
)

__all__ = [
    "Grid",
    "OfferingRow",
    "PlannedStep",
    "Use",
    "count_coming_visits",
    "count_offerings",
    "count_workflows_by_template",
    "find_active_workflow",
    "find_alike",
    "find_offering",
    "get_active_workflow",
    "get_any_service",
    "get_offering",
    "get_offering_row",
    "get_service",
    "get_step_template",
    "get_workflow",
    "list_offerings",
    "list_services",
    "list_step_templates",
    "list_workflow_steps",
    "list_workflows",
    "offering_grid",
    "search_paths",
    "search_services",
    "search_step_templates",
    "step_details",
    "steps_of",
    "use_of",
    "workflow_for",
    "workflows_not_as_long_as_their_steps",
]
