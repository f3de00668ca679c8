"""The type-ahead: names in any order, dates, numbers; exact first; nobody by mistake."""

import unicodedata
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.db import state
from portal.patients.commands.registering import register_checked
from portal.patients.queries.records import list_recent_patients
from portal.patients.queries.searching import find_possible_duplicates, search_patients
from portal.patients.rules.details import PatientDetails
from portal.patients.rules.duplicates import Resemblance
from portal.patients.rules.finding import SearchedPatient
from tests.patients.conftest import register


def found(text: str, **options) -> list[str]:
    return [row.name for row in search_patients(text, **options)]


@pytest.fixture
def patients(clinic):
    register("Anne-Marie", "O’Connell", dob=date(1980, 3, 4), phone="(312) 555-0142")
    register("Andile", "Okafor", dob=date(1980, 4, 3), email="Andile@mail.example")
    register("Okafor", "Li")
    register("Concepción", "Lisboa", phone="312 555 0199")


@pytest.mark.usefixtures("patients")
@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("an okaf", ["Andile Okafor"]),
        ("okaf an", ["Andile Okafor"]),
        ("okafor", ["Okafor Li", "Andile Okafor"]),
        ("o'con", ["Anne-Marie O’Connell"]),
        ("oconn ma", ["Anne-Marie O’Connell"]),
        ("CONCEPCION", ["Concepción Lisboa"]),
        ("3/4/80", ["Andile Okafor", "Anne-Marie O’Connell"]),
        ("1980-04-03", ["Andile Okafor"]),
        ("okafor 3 Apr 1980", ["Andile Okafor"]),
        ("0142", ["Anne-Marie O’Connell"]),
        ("+1 (312) 555-0199", ["Concepción Lisboa"]),
        ("5550199", ["Concepción Lisboa"]),
        ("andile@MAIL.example", ["Andile Okafor"]),
        ("andile@mail", []),
        ("okafor smith", []),
        ("o", ["Anne-Marie O’Connell"]),
        ("", []),
        ("%", []),
        ("' OR 1=1 --", []),
    ],
)
def test_who_is_found(text, names):
    assert found(text) == names


@pytest.mark.usefixtures("patients")
def test_whole_names_come_before_beginnings_and_the_latest_before_the_earlier():
    register("Lin", "Ito")
    assert found("li") == ["Okafor Li", "Lin Ito", "Concepción Lisboa"]


def test_a_record_number_finds_its_patient(clinic):
    patient = register("Ann", "Okafor")
    register("Bob", "Okafor")
    assert found(patient.mrn) == ["Ann Okafor"]


def test_longer_beginnings_than_are_kept_are_checked_after_opening(clinic):
    register("Alexandria", "Eze")
    register("Alexandrina", "Eze")
    assert found("alexandri") == ["Alexandrina Eze", "Alexandria Eze"]
    assert found("alexandria") == ["Alexandria Eze"]


def test_at_most_fifty_are_found_the_exact_ones_among_them(clinic):
    register("Ma", "Exact")
    register_checked([PatientDetails(first_name=f"Mara{n}", last_name="Eze") for n in range(60)])
    assert len(found("ma", limit=1_000)) == 50
    assert found("ma", limit=3)[0] == "Ma Exact"


def test_many_with_the_same_beginning_hide_nobody(clinic):
    register("Alexandria", "Eze")
    register_checked([PatientDetails(first_name="Alexandros", last_name="Eze") for _ in range(450)])
    assert found("alexandria") == ["Alexandria Eze"]
    assert found("ez alexandria") == ["Alexandria Eze"]


def test_of_two_names_the_common_one_hides_nobody(clinic):
    register("Alexandros", "Quill")
    register_checked([PatientDetails(first_name="Alexandros", last_name="Eze") for _ in range(250)])
    assert found("alex qui") == found("qui alexandros") == ["Alexandros Quill"]
    assert found("ez quill") == []


def test_merged_and_deleted_patients_are_not_found(clinic, session):
    kept, merged, gone = (register("Ann", "Okafor") for _ in range(3))
    merged.status, merged.merged_into = "merged", kept.id
    gone.deleted_at = date(2026, 1, 1)
    session.flush()
    assert [row.id for row in search_patients("okafor")] == [kept.id]
    assert [row.id for row in list_recent_patients()] == [kept.id]


def test_only_who_is_shown_counts_as_seen(clinic, session):
    shown, hidden = register("Alexandria", "Eze"), register("Alexandrina", "Eze")
    state().patients_seen = set()
    [row] = search_patients("alexandria")
    assert state().patients_seen == set()
    assert row.name
    assert state().patients_seen == {shown.id}
    assert hidden.id not in state().patients_seen


NAMES = st.text(
    st.characters(categories=["Lu", "Ll", "Lo", "Mn"], include_characters="'’-"),
    min_size=2,
    max_size=12,
).filter(lambda name: sum(unicodedata.category(c)[0] == "L" for c in name) >= 2)


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(names=st.lists(NAMES, min_size=1, max_size=5))
def test_every_unicode_name_is_found_by_every_beginning(clinic, session, names):
    with session.begin_nested() as attempt:
        ids = register_checked([PatientDetails(first_name="", last_name=name) for name in names])
        for name, patient_id in zip(names, ids, strict=True):
            for length in range(1, len(name) + 1):
                start = name[:length]
                if sum(unicodedata.category(char)[0] == "L" for char in start) < 2:
                    continue
                rows = search_patients(start)
                assert patient_id in [row.id for row in rows]
        attempt.rollback()


def test_possible_duplicates_share_a_birth_date_and_a_similar_name_or_a_telephone(clinic):
    ann = register("Ann", "Okafor", dob=date(1980, 3, 4), phone="312 555 0142")
    mother = register("Grace", "Eze", dob=date(1950, 1, 1), phone="+1 (312) 555-0142")
    register("Zora", "Neale", dob=date(1980, 3, 4))
    typed = SearchedPatient("Okafor", "Anne", dob=date(1980, 3, 4), phone="3125550142")
    alike = find_possible_duplicates(typed)
    assert [row.id for row, _ in alike] == [ann.id, mother.id]
    assert [row.id for row, _ in find_possible_duplicates(typed, besides=ann.id)] == [mother.id]
    [(row, how)] = find_possible_duplicates(SearchedPatient("Okafor", "Ann"))
    assert (row.id, how) == (ann.id, Resemblance.NAME)
    assert find_possible_duplicates(SearchedPatient("Anne", "Okafor")) == []
