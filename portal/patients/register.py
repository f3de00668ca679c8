"""The area's registration."""

from portal.errors import N_
from portal.patients.jobs import mend_search, reindex_patients
from portal.patients.lists import LISTS
from portal.patients.queries.invariants import (
    lines_of_charts_gone_astray,
    patients_of_an_older_scheme,
    patients_that_cannot_be_found,
)
from portal.patients.rules.finding import SCHEME
from portal.patients.rules.table import COLUMNS
from portal.patients.views import bp
from portal.patients.views.merging import RECORDS_MERGED
from portal.registry.area import Area
from portal.registry.jobs import Job
from portal.registry.lists import ImportedKind
from portal.registry.log import LogWords, Screen
from portal.web.navigation import RailEntry

LOG = LogWords(
    records={
        "break_glass": N_("Emergency access"),
        "patient_alerts": N_("Alert of a patient"),
        "patient_contacts": N_("Contact of a patient"),
        "patient_distinctions": N_("Not the same person"),
        "patient_merges": N_("Merge of two records"),
        "patient_notes": N_("Note on a patient"),
        "patients": N_("Patient"),
    },
    patients_seen={
        "patients.elsewhere": N_("Was told that another facility knows a patient"),
        "patients.alerts": N_("Saw a patient to add an alert"),
        "patients.contacts": N_("Saw a patient to add a contact"),
        "patients.notes": N_("Saw a patient to add a note"),
        "patients.contact_edit": N_("Saw a patient to edit a contact"),
        "patients.duplicates": N_("Saw the list of possible duplicates"),
        "patients.duplicates_of": N_("Saw a patient while looking for duplicates"),
        "patients.edit": N_("Saw a patient to change the details"),
        "patients.index": N_("Saw the list of patients"),
        "patients.merge": N_("Compared two records"),
        "patients.new": N_("Saw a patient while registering one"),
        "patients.note_correction": N_("Saw a patient to correct a note"),
        "patients.old_note_correction": N_("Saw a patient to correct a note"),
        "patients.search": N_("Found a patient by searching"),
        "patients.separation": N_("Saw a patient to unmerge records"),
        "patients.show": N_("Saw a patient's details"),
    },
    done={
        "patients.status": N_("Set a patient's status"),
        "break-glass": N_("Used emergency access"),
        "merge": N_("Merged two records"),
        "patients.outside": N_("Was refused a patient of another facility"),
        "un-merge": N_("Unmerged two records"),
    },
    screens={
        "patients": Screen("patients.show", "patient_id", "patients.see"),
    },
)
AREA = Area(
    blueprint=bp,
    label=N_("patients"),
    rail=(RailEntry(40, "patients.index", "users", N_("Patients")),),
    log=LOG,
    lists=LISTS,
    imports={"patients": ImportedKind(N_("Patients"), COLUMNS)},
    invariants={
        "every patient can be found": patients_that_cannot_be_found,
        "every patient is found by all that is known": patients_of_an_older_scheme,
        "what is written on a chart moves with it": lines_of_charts_gone_astray,
    },
    jobs=[
        # A scheme of its own is a job of its own: due at once where it was never run.
        Job(f"patient-search-{SCHEME}", 3_600, reindex_patients),
        Job("patient-search", 3_600, mend_search),
    ],
    ways_back={"records_merged": RECORDS_MERGED},
)
