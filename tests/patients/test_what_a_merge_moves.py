"""Whatever is kept of a patient moves with a merge, or somebody decided that it stays.

The kind of fault: a table that comes later and belongs to a patient, which merging forgets, so that
its lines hang on a record that nobody opens any more.
"""

from dataclasses import fields
from uuid import uuid4

from portal.db import Base
from portal.patients.commands.charting import (
    ContactDetails,
    add_alert,
    add_contact,
    add_note,
    correct_note,
)
from portal.patients.commands.merging import unmerge_patients
from portal.patients.commands.moving import KEPT_IN, MOVE
from portal.patients.queries.charting import list_alerts, list_contacts, list_notes
from portal.patients.rules.kept import IN_META, Extras
from portal.schema.patients import PatientMerge
from tests.patients.merging import merge

# What belongs to a patient and is not moved, and why.
STAYS = {
    "patient_search_tokens": "made anew from the names of both",
    "patient_distinctions": "says of two records that they are two people",
    "break_glass": "says who opened which record",
    "user_action_audit_log": "is never changed; its readers ask for all records of a patient",
}


def test_every_table_of_a_patient_is_moved_or_stays_for_a_reason():
    of_a_patient = {
        table.name for table in Base.metadata.tables.values() if "patient_id" in table.columns
    }
    assert of_a_patient - MOVE.keys() - STAYS.keys() == set()
    assert MOVE.keys() == KEPT_IN.keys()
    assert all(hasattr(PatientMerge, column) for column in KEPT_IN.values())


def written_on(patient) -> tuple[list[str], list[str], list[str]]:
    return (
        [alert.text for alert in list_alerts(patient)],
        [note.text for note in list_notes(patient)],
        [contact.name for contact in list_contacts(patient)],
    )


def test_what_is_written_on_two_charts_is_on_the_one_that_stays_and_goes_back(clinic, anna, anne):
    add_alert(anne, "allergy", "Penicillin", key=uuid4())
    note = add_note(anne, "Comes by bus", key=uuid4())
    add_contact(anne, ContactDetails("guardian", "Bo Lind"), key=uuid4())
    add_note(anna, "Her own", key=uuid4())
    made = merge(anna, anne, notes="this", alert="this")
    assert written_on(anna)[0] == ["Penicillin"]
    assert written_on(anna)[1][:2] == ["Her own", "Comes by bus"]
    assert written_on(anna)[2] == ["Bo Lind"]
    correct_note(anna, note.id, "Comes by train", key=uuid4())
    back = unmerge_patients(anna.id, made.id)
    assert written_on(back) == (
        ["Penicillin", "Allergic to latex"],
        ["Comes by train"],
        ["Bo Lind"],
    )
    assert written_on(anna)[1] == ["Her own", "Came with her son"]


def test_a_merge_chooses_each_thing_that_is_known_of_a_patient_beside_the_columns():
    """The kind of fault: a field that is shown and edited, and silently lost with the record."""
    assert {field.name for field in fields(Extras)} == IN_META.keys()
