"""What staff type about services, offerings, step templates and workflows."""

from portal.services.forms.catalogue import OfferingForm, PressedForm, ServiceForm
from portal.services.forms.workflows import (
    EndingForm,
    StepTemplateForm,
    WorkflowForm,
    rearranged,
)

__all__ = [
    "EndingForm",
    "OfferingForm",
    "PressedForm",
    "ServiceForm",
    "StepTemplateForm",
    "WorkflowForm",
    "rearranged",
]
