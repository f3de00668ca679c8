"""Two records become one: what moves, what is kept, by what it is found, what is refused."""

from uuid import uuid4

import pytest
from sqlalchemy import select, text

from portal.appointments.commands.visit import cancel_appointment
from portal.appointments.queries.of_patient import list_coming_rows
from portal.appointments.rules.visits import PatientBusy, PatientNotActive
from portal.db import session
from portal.errors import NotFound
from portal.patients.commands.indexing import index_some
from portal.patients.commands.merging import MergeDetails, merge_patients, unmerge_patients
from portal.patients.commands.registering import (
    PatientUnreadable,
    change_patient,
    possible_duplicates_of,
)
from portal.patients.queries.holding import token_of
from portal.patients.queries.records import get_patient
from portal.patients.queries.searching import known_tokens, search_patients
from portal.patients.rules import merging as rules
from portal.patients.rules.details import NotesTooLong
from portal.patients.rules.finding import Key
from portal.schema.audit import AuditEntry
from portal.web.forms.form import translate
from tests.patients.conftest import ANNE, register
from tests.patients.merging import disclose, everything, known_of, merge
from tests.support.scheduling import a_practice, book, hours


def test_what_hangs_on_the_record_moves_and_the_record_leads_to_the_other(practice, anne, anna):
    visit, told = book(practice, patient_id=anna.id), disclose(anna, "Chart")
    made = merge(anne, anna)
    assert (anna.status, anna.merged_into) == ("merged", anne.id)
    assert (made.visit_ids, made.disclosure_ids) == ([visit.id], [told])
    assert [each.id for each in list_coming_rows(anne.id)] == [visit.id]
    with pytest.raises(rules.MergedInto) as leads:
        get_patient(anna.id)
    assert leads.value.patient_id == anne.id


def test_each_field_is_kept_as_chosen_and_sealed_for_its_row(anne, anna):
    merge(anne, anna, phone="other", last_name="other", notes="other", email="other")
    session.flush()
    session.expire_all()
    kept = get_patient(anne.id)
    assert (kept.first_name, kept.last_name, kept.phone) == ("Anne", "Okoro-Lind", "555 010 2222")
    assert (kept.email, kept.notes, kept.dob) == (anna.email, anna.notes, ANNE["dob"])
    assert kept.meta["alert"] == ANNE["meta"]["alert"]


def test_notes_alerts_and_member_numbers_can_stand_side_by_side(clinic):
    one = register("A", "B", notes="One", meta={"alert": "Deaf"}, member_numbers={"X": "1"})
    other = register(
        "A", "B", notes="Two", meta={"alert": "Late"}, member_numbers={"X": "2", "Y": "3"}
    )
    merge(one, other, notes="both", alert="both", member_numbers="both")
    assert (one.notes, one.meta, one.member_numbers) == (
        "One\n\nTwo", {"alert": "Deaf; Late"}, {"X": "1", "Y": "3"},
    )  # fmt: skip


@pytest.mark.parametrize(
    "typed", ["anna okoro", "okorolind", "555 010 2222", "2222", "1980-04-03", "anna@example.org"]
)
def test_the_old_names_and_numbers_find_the_patient_and_nobody_else(anne, anna, typed):
    merge(anne, anna)
    assert [row.id for row in search_patients(typed)] == [anne.id]
    assert [row.id for row in search_patients(anna.mrn)] == [anne.id]


def test_the_old_and_new_names_do_not_mix_into_somebody_else(anne, anna):
    merge(anne, anna)
    assert search_patients("okafor 1980-04-03") == []


def test_an_import_knows_the_patient_by_the_old_identifier(anne, anna):
    merge(anne, anna)
    token = token_of(Key("external", "urn:x|7"))
    assert known_tokens([token], field="external") == {token: anne.id}


def test_the_old_names_outlive_a_change_of_the_patient_and_new_index_tokens(anne, anna):
    merge(anne, anna)
    change_patient(anne, known_of(anne, first_name="Annemarie"))
    assert index_some(0) is None
    assert [row.id for row in search_patients("okorolind")] == [anne.id]


def test_registering_asks_whether_it_is_the_merged_one(anne, anna):
    merge(anne, anna)
    alike = possible_duplicates_of(known_of(anna))
    assert [row.id for row in alike] == [anne.id]


def test_nobody_is_booked_over_a_visit_that_moved(practice, anne, anna):
    book(practice, "09:00", patient_id=anna.id)
    merge(anne, anna)
    other = a_practice(practice.facility_id)
    hours(other)
    with pytest.raises(PatientBusy):
        book(other, "09:00", patient_id=anne.id)
    with pytest.raises(PatientNotActive):
        book(other, "10:00", patient_id=anna.id)


def test_visits_at_one_time_are_named_and_nothing_moves(practice, anne, anna):
    other = a_practice(practice.facility_id)
    hours(other)
    book(practice, "09:00", patient_id=anna.id)
    busy = book(other, "09:00", patient_id=anne.id)
    before = everything()
    with pytest.raises(rules.VisitsAtOnce) as refused:
        merge(anne, anna)
    for named in ("Monday, March 2, 09:00", anne.mrn, anna.mrn, practice.doctor.display_name):
        assert named in translate(refused.value)
    assert everything() == before
    cancel_appointment(busy, because="Twice")
    merge(anne, anna)


def test_a_refused_field_leaves_everything_as_it_was(anne, clinic):
    long = register("Anna", "Okafor", notes="x" * 19_999)
    anne.notes = "y" * 10
    before = everything()
    with pytest.raises(NotesTooLong):
        merge(anne, long, notes="both")
    with pytest.raises(rules.MergedAlertTooLong):
        merge(anne, register("A", "B", meta={"alert": "x" * 190}), alert="both")
    assert everything()["visits"] == before["visits"]
    assert everything()["patients"][:2] == before["patients"][:2]


def test_two_alerts_are_kept_under_each_other_only_where_both_say_something():
    assert rules.usual_choice("notes", "a", "b") == "both"
    assert rules.usual_choice("notes", "a", None) == "this"
    assert rules.usual_choice("phone", None, "1") == "other"
    assert rules.usual_choice("status", "active", "deceased") == "other"


def test_a_record_is_not_merged_with_itself_or_somebody_unknown(anne):
    with pytest.raises(rules.OneRecord):
        merge(anne, anne)
    with pytest.raises(NotFound):
        merge_patients(MergeDetails(anne.id, 2**40, {}, uuid4()))


def test_a_merged_record_is_not_merged_again(anne, anna, clinic):
    third = register("Ann", "Okafor")
    merge(anne, anna)
    for pair in ((third, anna), (anna, third)):
        with pytest.raises(rules.MergedMeanwhile):
            merge(*pair)


def test_the_same_key_merges_once(anne, anna):
    details = MergeDetails(anne.id, anna.id, {}, uuid4())
    made = merge_patients(details)
    assert merge_patients(details) is made
    unmerge_patients(anne.id, made.id)
    with pytest.raises(rules.ApartAlready):
        merge_patients(details)


def test_a_record_that_does_not_open_is_not_merged(anne, anna):
    session.flush()
    swap = "UPDATE patients SET phone = (SELECT email FROM patients WHERE id = :id) WHERE id = :id"
    session.execute(text(swap), {"id": anna.id})
    with pytest.raises(PatientUnreadable):
        merge(anne, anna)


def test_each_merge_is_on_record_for_both(anne, anna):
    unmerge_patients(anne.id, merge(anne, anna).id)
    for action in ("merge", "un-merge"):
        noted = session.scalars(select(AuditEntry).filter_by(action_type=action)).all()
        assert {entry.patient_id for entry in noted} == {anne.id, anna.id}
        assert all(entry.new_values["goes"] == anna.id for entry in noted)
