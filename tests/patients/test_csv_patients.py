"""Patients as CSV: columns by their names, and refusals that leave the rest standing."""

from datetime import date
from io import BufferedReader, BytesIO

import pytest

from portal.csv_reader import FileRefused, RejectedLine
from portal.patients.rules.files import read_patients
from portal.patients.rules.incoming import Taken
from portal.patients.rules.table import COLUMNS


def read(text: str | bytes, **options) -> list[Taken | RejectedLine]:
    content = text if isinstance(text, bytes) else text.encode()
    return list(read_patients(BufferedReader(BytesIO(content)), **options))


def test_columns_are_found_by_the_names_in_the_first_line():
    [taken] = read("﻿Surname;Given Name;Date of Birth;MRN;Cell\r\nEze;Ann;1980-03-04;7;5550142\r\n")
    details = taken.details
    assert (details.first_name, details.last_name, details.dob) == ("Ann", "Eze", date(1980, 3, 4))
    assert (details.phone, details.external_ids) == ("5550142", ("csv|7",))


def test_a_quoted_field_may_hold_commas_and_lines():
    [taken] = read('first,last,dob,notes\nAnn,Eze,1980-03-04,"one, two\nthree"\n')
    assert taken.details.notes == "one, two\nthree"


def test_without_a_number_the_name_and_birth_date_are_the_identity():
    first, second, third = read("first,last,dob\nZoë,Eze,1980-03-04\nZOE,eze,1980-03-04\nA,B,\n")
    assert first.details.external_ids == second.details.external_ids
    assert "no birth date" in third.reason


def test_a_date_with_slashes_is_taken_only_when_its_order_is_said():
    text = "first,last,dob\nAnn,Eze,03/04/1980\n"
    assert "two ways" in read(text)[0].reason
    assert read(text, dates="month-first")[0].details.dob == date(1980, 3, 4)
    assert read(text, dates="day-first")[0].details.dob == date(1980, 4, 3)


def test_bad_lines_are_numbered_and_the_rest_stands():
    found = read(
        b"first,last,dob,mrn\n"
        b"Ann,Eze,1980-03-04,1\n"
        b'Ann,"Eze,1980-03-04,2\n'
        b"\n"
        b"Ann,\xff,1980-03-04,3\n"
        b"Ann,Eze,1980-03-04\n"
        b"Ann,Eze,1980-13-04,4\n"
        b"Ann,Eze,1980-03-04,5\n"
    )
    assert sorted(each.line for each in found if isinstance(each, Taken)) == [2, 8]
    reasons = {each.line: each.reason for each in found if isinstance(each, RejectedLine)}
    assert set(reasons) == {3, 5, 6, 7}
    assert "quotation mark" in reasons[3]
    assert "another encoding" in reasons[5]
    assert "3 columns, the first line has 4" in reasons[6]
    assert not any("Eze" in reason for reason in reasons.values())


@pytest.mark.parametrize("column", COLUMNS, ids=lambda column: column.name)
def test_no_column_takes_more_characters_than_it_declares(column):
    """The kind: a length that is declared, and checked by another way in alone."""
    fields = {"first_name": "Ann", "last_name": "Eze", "dob": "1980-03-04", "external_id": "7"}
    for length, kind in ((column.most, Taken), (column.most + 1, RejectedLine)):
        line = fields | {column.name: "x" * length}
        [found] = read(f"{','.join(line)}\n{','.join(line.values())}\n")
        if column.name not in {"dob", "status"} or kind is RejectedLine:
            assert type(found) is kind


def test_a_field_of_ten_megabytes_is_refused():
    found = read("first,last,dob\n" + "x" * 10_000_000 + ",Eze,1980-03-04\nAnn,Eze,1980-03-04\n")
    assert [type(each) for each in found] == [RejectedLine, Taken]


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        ("first,last,dob,birthdate", "mean the same"),
        ("name,dob", "must name"),
        ("x" * 2_000_000, "longer than a megabyte"),
    ],
)
def test_a_header_that_does_not_serve_refuses_the_file(header, reason):
    with pytest.raises(FileRefused, match=reason):
        read(header + "\nAnn,Eze,1980-03-04,1\n")
