"""Every write of patients."""

from portal.patients.commands.importing import ImportReport, import_patients
from portal.patients.commands.indexing import index_some
from portal.patients.commands.registering import (
    PossiblyRegistered,
    change_patient,
    possible_duplicates_of,
    register_patient,
)

__all__ = [
    "ImportReport",
    "PossiblyRegistered",
    "change_patient",
    "import_patients",
    "index_some",
    "possible_duplicates_of",
    "register_patient",
]
