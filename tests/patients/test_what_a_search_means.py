"""What people type into the search, as keys."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.patients.rules.birth_dates import birth_dates, without_birth_date
from portal.patients.rules.finding import Key, SearchedPatient, readings
from portal.patients.rules.numbers import is_medical_record_number, medical_record_number

TODAY = date(2026, 11, 22)
ANN = SearchedPatient(
    "Anne-Marie", "O’Connell", date(1980, 3, 4), "(312) 555-0142", "ann@mail.example", "01000017"
)


def means_ann(text: str) -> bool:
    return any(reading.holds_for(ANN) for reading in readings(text, today=TODAY))


@pytest.mark.parametrize(
    "text",
    [
        "an oc", "OCON an", "o'con", "o con", "marie", "annemarie", "connell",
        "anne marie o'connell",
        "1980-03-04", "3/4/80", "03/04/1980", "4.3.1980", "4 March 1980", "Mar 4, 1980", "19800304",
        "ann 3/4/1980", "3125550142", "+1 312-555-0142", "555-0142", "0142", "oconnell 0142",
        "01000017", "ANN@mail.example", "o connell",
    ],
)  # fmt: skip
def test_ann_is_meant(text):
    assert means_ann(text)


@pytest.mark.parametrize(
    "text",
    ["", " ", "-", "...", "annx", "an b", "1980-03-05", "0143", "01000018", "nn@mail.example"],
)
def test_ann_is_not_meant(text):
    assert not means_ann(text)


def test_whole_names_are_read_before_beginnings():
    first, second = readings("li", today=TODAY)
    assert first.terms == (frozenset({Key("name", "li")}),)
    assert second.terms == (frozenset({Key("prefix", "li")}),)


@given(st.text(max_size=40))
def test_any_text_has_a_meaning_or_none(text):
    for reading in readings(text, today=TODAY):
        reading.holds_for(ANN)
        reading.lookups()


NAMES = st.text(st.characters(categories=["Lu", "Ll", "Lo"]), min_size=2, max_size=14)


@given(NAMES, NAMES, st.data())
def test_every_prefix_of_two_or_more_letters_finds_its_name(first, last, data):
    person = SearchedPatient(first, last)
    length = data.draw(st.integers(2, len(last)))
    keys = person.search_keys()
    found = [
        reading
        for reading in readings(last[:length], today=TODAY)
        if reading.holds_for(person) and all(term & keys for term in reading.lookups())
    ]
    assert found
    assert found[-1].lookups()


def test_a_two_digit_year_is_never_in_the_future():
    assert birth_dates("3/4/24", today=TODAY) == {
        date(1924, 3, 4), date(1924, 4, 3), date(2024, 3, 4), date(2024, 4, 3),
    }  # fmt: skip
    assert birth_dates("31/12/26", today=TODAY) == {date(1926, 12, 31)}
    assert birth_dates("31/02/1980", today=TODAY) == set()
    assert without_birth_date("okaf 3/4/80 ann").split() == ["okaf", "ann"]


@given(st.integers(1, 10**9))
def test_a_record_number_checks_and_one_wrong_digit_does_not(counted):
    number = medical_record_number(counted)
    assert is_medical_record_number(number)
    wrong = number[:3] + str((int(number[3]) + 1) % 10) + number[4:]
    assert not is_medical_record_number(wrong)
