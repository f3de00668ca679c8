"""Forms of services, offerings, step types and workflows."""

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
