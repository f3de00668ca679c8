"""FHIR R4 Patients, one on a line: what is taken, and what is refused for which reason."""

import json
from datetime import date
from io import BufferedReader, BytesIO

import pytest

from portal.csv_reader import LONGEST_LINE, FileRefused, RejectedLine
from portal.patients.rules.details import checked
from portal.patients.rules.files import read_patients
from portal.patients.rules.incoming import Taken
from tests.support.samples import sample

SMALLEST = {"resourceType": "Patient", "id": "a1", "name": [{"family": "Okafor"}]}


def read(content: bytes) -> list[Taken | RejectedLine]:
    return list(read_patients(BufferedReader(BytesIO(content))))


def patient(**fields):
    [taken] = read(json.dumps(SMALLEST | {"birthDate": "1980-03-04"} | fields).encode())
    assert isinstance(taken, Taken), taken.reason
    return taken.details


def refusal(content: bytes) -> str:
    [refused] = read(content)
    assert isinstance(refused, RejectedLine)
    return refused.reason


def test_every_synthea_patient_is_taken_as_it_is():
    with sample("synthea-patients.ndjson").open("rb") as stream:
        taken = list(read_patients(stream))
    names = {f"{each.details.first_name} {each.details.last_name}" for each in taken}
    assert len(taken) == 120
    assert {"Luis923 Concepción765", "Karena692 O'Keefe54"} <= names
    assert sum(each.details.status == "deceased" for each in taken) == 20
    assert min(each.details.dob for each in taken) == date(1916, 1, 27)
    assert all(checked(each.details, today=date(2026, 1, 1)) for each in taken)


def test_the_official_name_is_taken_before_the_usual_and_the_first():
    names = [
        {"use": "maiden", "family": "Eze"},
        {"use": "usual", "family": "Oka", "given": ["Ann"]},
        {"use": "official", "family": "Okafor", "given": ["Anne", "Marie"]},
    ]
    found = patient(name=names)
    assert (found.first_name, found.last_name) == ("Anne Marie", "Okafor")
    assert found.meta["other_names"] == ["Eze", "Ann Oka"]
    assert patient(name=names[:2]).last_name == "Oka"
    assert patient(name=[{"text": "Björk"}]).last_name == "Björk"


def test_the_mobile_is_taken_before_the_home_telephone_and_an_old_one_never():
    telecom = [
        {"system": "phone", "use": "old", "value": "1111"},
        {"system": "phone", "use": "home", "value": "2222"},
        {"system": "phone", "use": "mobile", "value": "3333"},
        {"system": "email", "value": "ann@mail.example"},
    ]
    assert patient(telecom=telecom).phone == "3333"
    assert patient(telecom=telecom[:2]).phone == "2222"
    assert patient(telecom=telecom[:1]).phone is None
    assert patient(telecom=telecom).email == "ann@mail.example"


def test_death_activity_language_and_interpreter():
    spanish = {"language": {"coding": [{"code": "es-MX"}]}, "preferred": True}
    english = {"language": {"coding": [{"code": "en"}]}}
    interpreter = {
        "url": "http://hl7.org/fhir/StructureDefinition/patient-interpreterRequired",
        "valueBoolean": True,
    }
    assert patient(deceasedBoolean=True).status == "deceased"
    assert patient(deceasedBoolean=False).status == "active"
    assert patient(active=False).status == "inactive"
    assert patient(communication=[english, spanish]).preferred_language == "es-MX"
    assert patient(extension=[interpreter]).meta["interpreter"] is True


def test_identity_is_the_senders_record_number_else_the_id():
    number = {"system": "urn:x", "value": "7", "type": {"coding": [{"code": "MR"}]}}
    security = {"system": "urn:ssn", "value": "999", "type": {"coding": [{"code": "SS"}]}}
    assert patient(identifier=[security, number]).external_ids == ("urn:x|7",)
    assert patient(identifier=[security]).external_ids == ("Patient/a1",)


def test_a_part_of_a_birth_date_is_left_out_with_a_remark():
    [taken] = read(json.dumps(SMALLEST | {"birthDate": "1980-03"}).encode())
    assert taken.details.dob is None
    assert taken.warnings == ("has only a part of a birth date; taken without one",)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b'{"resourceType": "Patient", ', "not JSON (at character"),
        (b'{"resourceType": "Observation"}', "not a Patient"),
        (b'{"resourceType": "Patient", "id": "a"}', "has no name"),
        (b'{"resourceType": "Patient", "id": "a", "id": "b"}', "twice"),
        (b'{"resourceType": "Patient", "id": NaN}', "NaN"),
        (b'{"resourceType": "Patient", "name": "Ann"}', "name that is not a list"),
        (b'{"resourceType": "Patient", "name": [{"given": "Ann"}]}', "given name"),
        (b'{"resourceType": "Patient", "name": [{"family": "\\ud800"}]}', "half of a character"),
        (b'{"resourceType": "Patient", "name": [{"family": "A"}]}', "neither a medical record"),
        (b'{"resourceType": "Patient", "birthDate": "1980-02-30", "name": [{}]}', "not a date"),
        (b'{"resourceType": "Patient", "birthDate": 1980, "name": [{}]}', "not a date"),
        (b'{"resourceType": ' + b"[" * 100_000, "too deep"),
        (b'{"a": ' + b"1" * 5_000 + b"}", "number too long"),
        (
            b'{"resourceType": "Patient", "name": [{"family": "\xff"}]}',
            "another encoding",
        ),
        (b'{"a": "' + b"x" * 10_000_000 + b'"}', "longer than a megabyte"),
    ],
)
def test_a_line_that_cannot_be_taken_says_why(line, reason):
    assert reason in refusal(line)


def test_one_bad_line_leaves_the_others_standing():
    good = json.dumps(SMALLEST).encode()
    lines = [good, b"{oops", b"", b'{"a": "' + b"x" * (2 * LONGEST_LINE) + b'"}', good]
    assert [type(each).__name__ for each in read(b"\n".join(lines))] == [
        "Taken", "RejectedLine", "RejectedLine", "Taken",
    ]  # fmt: skip
    assert [each.line for each in read(b"\n".join(lines))] == [1, 2, 4, 5]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b'{\n  "resourceType": "Patient"\n}', "one JSON document"),
        (b"[{}]", "one JSON document"),
        (b"PK\x03\x04zip", "spreadsheet"),
        ("a,b".encode("utf-16"), "UTF-16"),
        (b"a\0b", "not text"),
        (b"\x1f\x8b\x08", "compressed"),
    ],
)
def test_a_file_of_another_kind_is_refused(content, reason):
    with pytest.raises(FileRefused, match=reason):
        read(content)
