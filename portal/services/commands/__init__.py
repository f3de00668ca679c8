"""Every write of services, offerings, step templates and workflows."""

from portal.services.commands.catalogue import (
    OfferingDetails,
    ServiceDetails,
    ServiceOffered,
    add_service,
    change_offering,
    change_service,
    offer_service,
    restore_service,
    retire_service,
    stop_offering,
)
from portal.services.commands.workflows import (
    StepDetails,
    StepTemplateDetails,
    WorkflowDetails,
    WorkflowTaken,
    add_step_template,
    add_workflow,
    change_step_template,
    change_workflow,
    end_workflow,
)

__all__ = [
    "OfferingDetails",
    "ServiceDetails",
    "ServiceOffered",
    "StepDetails",
    "StepTemplateDetails",
    "WorkflowDetails",
    "WorkflowTaken",
    "add_service",
    "add_step_template",
    "add_workflow",
    "change_offering",
    "change_service",
    "change_step_template",
    "change_workflow",
    "end_workflow",
    "offer_service",
    "restore_service",
    "retire_service",
    "stop_offering",
]
