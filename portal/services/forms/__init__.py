"""What staff type about services, offerings, step templates and workflows."""

from portal.services.forms.catalogue import OfferingForm, PressedForm, ServiceForm
from portal.services.forms.workflows import (
    StepTemplateForm,
    WorkflowEndingForm,
    WorkflowForm,
    rearranged,
)

__all__ = [
    "OfferingForm",
    "PressedForm",
    "ServiceForm",
    "StepTemplateForm",
    "WorkflowEndingForm",
    "WorkflowForm",
    "rearranged",
]
