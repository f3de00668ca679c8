"""A patient whose name is changed is found, and asked about, under the name of before.

The kind of fault: an edit forgets what the record was known by, so that the person is registered
again under it. Merged records were found already; a name that was edited was not.
"""

from dataclasses import replace
from datetime import date
from uuid import uuid4

import pytest

from portal.patients.commands.indexing import index_some
from portal.patients.commands.merging import MergeDetails, merge_patients, unmerge_patients
from portal.patients.commands.registering import change_patient, possible_duplicates_of
from portal.patients.queries.duplicates import list_duplicates
from portal.patients.queries.searching import search_patients
from portal.patients.rules.details import PatientDetails
from portal.patients.rules.duplicates import Resemblance
from portal.patients.rules.renaming import names_before
from tests.patients.conftest import register

ANNA = PatientDetails(first_name="Anna", last_name="Schmidtke", dob=date(1973, 3, 4))
NOW = "Beckerneu"


def rename(patient, **changes):
    meta = {key: value for key, value in (patient.meta or {}).items() if key != "former_names"}
    return change_patient(patient, replace(ANNA, **{"last_name": NOW, "meta": meta} | changes))


@pytest.fixture
def anna(clinic):
    return rename(register("Anna", "Schmidtke", dob=ANNA.dob))


def found(typed: str) -> list[int]:
    return [row.id for row in search_patients(typed)]


def test_she_is_found_under_both_names(anna):
    for typed in ("schmidtke", "Schmidtke 1973-03-04", "beckern", "Anna Beckerneu", "schm anna"):
        assert found(typed) == [anna.id], typed
    assert names_before(anna.meta) == (("Anna", "Schmidtke"),)


def test_registering_the_name_of_before_is_asked_about(anna):
    assert [row.id for row in possible_duplicates_of(ANNA)] == [anna.id]
    again = register("Anna", "Schmidtke", dob=ANNA.dob)
    [pair] = list_duplicates().pairs
    assert {pair.newer.id, pair.older.id} == {anna.id, again.id}
    assert pair.how is Resemblance.BIRTH_DATE_AND_NAME


def test_a_name_that_is_had_again_is_none_of_before(anna):
    rename(anna, last_name="Schmidtke")
    assert names_before(anna.meta) == (("Anna", NOW),)
    rename(anna, last_name="SCHMIDTKE")
    assert names_before(anna.meta) == (("Anna", NOW),)


def test_making_the_tokens_anew_keeps_them(anna):
    index_some(0)
    assert found("schmidtke") == [anna.id]


def test_a_merge_keeps_the_names_of_both_and_taking_it_apart_gives_them_back(anna):
    other = register("Anna", "Weber", dob=ANNA.dob)
    before = anna.meta
    details = MergeDetails(anna.id, other.id, {"last_name": "other"}, uuid4())
    merge = merge_patients(details)
    for typed in ("schmidtke", NOW, "weber"):
        assert found(typed) == [anna.id], typed
    unmerge_patients(anna.id, merge.id)
    assert anna.meta == before
    assert (found("weber"), found("schmidtke")) == ([other.id], [anna.id])


def test_a_merged_record_is_found_under_its_own_name_of_before(anna):
    stays = register("Anna", "Weber", dob=ANNA.dob)
    merge = merge_patients(MergeDetails(stays.id, anna.id, {}, uuid4()))
    assert found("schmidtke") == [stays.id]
    unmerge_patients(stays.id, merge.id)
    assert found("schmidtke") == [anna.id]


def test_the_name_of_before_is_told_in_lists_and_on_the_chart(browser, alder):
    with alder.at_work():
        patient_id = rename(register("Anna", "Schmidtke", dob=ANNA.dob)).id
    browser.sign_in(alder.desk)
    for page in (
        browser.get("/patients/"),
        browser.send("/patients/search", {"q": "schmidtke"}),
        browser.send("/patients/search", {"q": "schmidtke", "purpose": "open"}, htmx=True),
        browser.get(f"/patients/{patient_id}"),
    ):
        assert "formerly Anna Schmidtke" in page.text


def test_who_is_asked_about_is_told_with_the_name_of_before(browser, alder):
    with alder.at_work():
        rename(register("Anna", "Schmidtke", dob=ANNA.dob))
    browser.sign_in(alder.desk)
    typed = {"first_name": "Anna", "last_name": "Schmidtke", "dob": "1973-03-04"}
    answer = browser.send("/patients/new", typed)
    assert answer.status_code == 422
    assert "formerly Anna Schmidtke" in answer.text
