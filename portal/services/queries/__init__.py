"""Every read of services, offerings, step templates and workflows."""

from portal.services.queries.catalogue import (
    OfferingRow,
    find_offering,
    get_offering,
    get_service,
    list_offerings,
    list_services,
)
from portal.services.queries.workflows import (
    PlannedStep,
    find_active_workflow,
    get_step_template,
    get_workflow,
    list_step_templates,
    list_workflow_steps,
    list_workflows,
    workflow_for,
    workflows_not_as_long_as_their_steps,
)

__all__ = [
    "OfferingRow",
    "PlannedStep",
    "find_active_workflow",
    "find_offering",
    "get_offering",
    "get_service",
    "get_step_template",
    "get_workflow",
    "list_offerings",
    "list_services",
    "list_step_templates",
    "list_workflow_steps",
    "list_workflows",
    "workflow_for",
    "workflows_not_as_long_as_their_steps",
]
