"""Every write of patients."""

from portal.patients.commands.charting import (
    ChartLines,
    ContactDetails,
    add_alert,
    add_contact,
    add_note,
    change_contact,
    correct_note,
    correct_old_note,
    end_alert,
    end_contact,
    end_old_alert,
    write_charts,
)
from portal.patients.commands.importing import ImportReport, import_patients
from portal.patients.commands.indexing import index_some, mend_some
from portal.patients.commands.merging import (
    MergeDetails,
    mark_not_duplicate,
    merge_patients,
    unmerge_patients,
    values_of,
)
from portal.patients.commands.reaching import ask_elsewhere, break_glass
from portal.patients.commands.registering import (
    Alike,
    PossiblyRegistered,
    ask_whether_registered,
    change_patient,
    check_person,
    person_kept,
    possible_duplicates_of,
    register_patient,
)
from portal.patients.commands.status import (
    StatusChange,
    change_of,
    restore_status,
    set_status,
)

__all__ = [
    "Alike",
    "ChartLines",
    "ContactDetails",
    "ImportReport",
    "MergeDetails",
    "PossiblyRegistered",
    "StatusChange",
    "add_alert",
    "add_contact",
    "add_note",
    "ask_elsewhere",
    "ask_whether_registered",
    "break_glass",
    "change_contact",
    "change_of",
    "change_patient",
    "check_person",
    "correct_note",
    "correct_old_note",
    "end_alert",
    "end_contact",
    "end_old_alert",
    "import_patients",
    "index_some",
    "mark_not_duplicate",
    "mend_some",
    "merge_patients",
    "person_kept",
    "possible_duplicates_of",
    "register_patient",
    "restore_status",
    "set_status",
    "unmerge_patients",
    "values_of",
    "write_charts",
]
