"""Every write of patients."""

from portal.patients.commands.importing import ImportReport, import_patients
from portal.patients.commands.indexing import index_some
from portal.patients.commands.registering import change_patient, register_patient

__all__ = [
    "ImportReport",
    "change_patient",
    "import_patients",
    "index_some",
    "register_patient",
]
