"""Every write of patients."""

from portal.patients.commands.importing import ImportReport, import_patients
from portal.patients.commands.indexing import index_some
from portal.patients.commands.merging import (
    MergeDetails,
    merge_patients,
    part_patients,
    tell_apart,
    values_of,
)
from portal.patients.commands.reaching import ask_elsewhere, break_glass
from portal.patients.commands.registering import (
    Alike,
    PossiblyRegistered,
    ask_whether_registered,
    change_patient,
    person_kept,
    possible_duplicates_of,
    register_patient,
)

__all__ = [
    "Alike",
    "ImportReport",
    "MergeDetails",
    "PossiblyRegistered",
    "ask_elsewhere",
    "ask_whether_registered",
    "break_glass",
    "change_patient",
    "import_patients",
    "index_some",
    "merge_patients",
    "part_patients",
    "person_kept",
    "possible_duplicates_of",
    "register_patient",
    "tell_apart",
    "values_of",
]
