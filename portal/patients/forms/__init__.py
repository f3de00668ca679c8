"""Forms of a patient."""

from portal.patients.forms.details import (
    BreakGlassForm,
    ElsewhereForm,
    MergeForm,
    PatientForm,
    RegistrationForm,
    as_kept,
)

__all__ = [
    "BreakGlassForm",
    "ElsewhereForm",
    "MergeForm",
    "PatientForm",
    "RegistrationForm",
    "as_kept",
]
