"""Every read of import and export."""

from portal.sheets.queries.imports import (
    doctors_by_name,
    facilities_by_name,
    get_upload,
    list_uploads,
    payers_by_name,
    places,
    plan_keys,
    services_by_name,
)
from portal.sheets.queries.people import ExportedPatient, ExportedVisit, list_patients, list_visits
from portal.sheets.queries.setup import (
    list_acceptance,
    list_hours,
    list_offerings,
    list_payer_plans,
    list_workflow_steps,
)

__all__ = [
    "ExportedPatient",
    "ExportedVisit",
    "doctors_by_name",
    "facilities_by_name",
    "get_upload",
    "list_acceptance",
    "list_hours",
    "list_offerings",
    "list_patients",
    "list_payer_plans",
    "list_uploads",
    "list_visits",
    "list_workflow_steps",
    "payers_by_name",
    "places",
    "plan_keys",
    "services_by_name",
]
