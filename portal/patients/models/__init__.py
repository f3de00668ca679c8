"""Patients and what is kept of them."""

from portal.patients.models.charts import PatientAlert, PatientContact, PatientNote
from portal.patients.models.people import (
    PERSONAL,
    BreakGlass,
    Patient,
    PatientDistinction,
    PatientMerge,
    PatientSearchToken,
)

__all__ = [
    "PERSONAL",
    "BreakGlass",
    "Patient",
    "PatientAlert",
    "PatientContact",
    "PatientDistinction",
    "PatientMerge",
    "PatientNote",
    "PatientSearchToken",
]
