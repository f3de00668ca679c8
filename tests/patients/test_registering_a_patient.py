"""A patient is registered, changed, and never readable in the database."""

from datetime import date

import pytest
from sqlalchemy import text

from portal.errors import NotFound
from portal.patients.commands.registering import change_patient
from portal.patients.queries.records import get_patient
from portal.patients.queries.searching import search_patients
from portal.patients.rules import details as rules
from portal.patients.rules.details import PatientDetails
from portal.patients.rules.numbers import is_medical_record_number
from tests.patients.conftest import register

ANN = {
    "dob": date(1980, 3, 4),
    "email": "ann@mail.example",
    "phone": "(312) 555-0142",
    "member_numbers": {"Harborview": "HV-88"},
    "notes": "Latex allergy",
    "meta": {"interpreter": True},
    "preferred_language": "ig",
}


def test_everything_known_comes_back(clinic, session):
    made = register("Añn", "O'Kafor", facility_id=clinic.facility_id, **ANN)
    session.expunge_all()
    found = get_patient(made.id)
    assert (found.first_name, found.last_name) == ("Añn", "O'Kafor")
    assert {name: getattr(found, name) for name in ANN} == ANN
    assert (found.status, found.facility_id) == ("active", clinic.facility_id)
    assert is_medical_record_number(found.mrn)


def test_the_row_the_tokens_and_the_audit_log_hold_no_plaintext(clinic, session):
    register("Annabel", "Okafor", **ANN)
    kept = "".join(
        str(row)
        for table in ("patients", "patient_search_tokens", "user_action_audit_log")
        for row in session.execute(text(f"SELECT to_jsonb(t)::text FROM {table} t")).scalars()
    )
    for plain in ("Annabel", "Okafor", "1980-03-04", "mail.example", "555-0142", "HV-88", "Latex"):
        assert plain not in kept
        assert plain.encode().hex() not in kept


def test_numbers_are_unique_and_given_in_order(clinic):
    numbers = [register("Ann", "Okafor").mrn for _ in range(3)]
    assert len(set(numbers)) == 3
    assert numbers == sorted(numbers)


def test_names_lose_stray_spaces_and_nothing_else(clinic):
    found = register("  Mary\tJane ", "de la  Cruz99")
    assert (found.first_name, found.last_name) == ("Mary Jane", "de la Cruz99")
    assert register("", "Björk").last_name == "Björk"


@pytest.mark.parametrize(
    ("wrong", "refusal"),
    [
        ({"first_name": " ", "last_name": ""}, rules.NameMissing),
        ({"first_name": "A" * 101}, rules.NameTooLong),
        ({"last_name": "\x00x"}, rules.NameUnprintable),
        ({"dob": date(2190, 1, 1)}, rules.BirthDateImplausible),
        ({"dob": date(1869, 12, 31)}, rules.BirthDateImplausible),
        ({"email": "ann at mail"}, rules.EmailMalformed),
        ({"phone": "call me"}, rules.PhoneMalformed),
        ({"preferred_language": "Igbo, please"}, rules.LanguageUnknown),
        ({"notes": "x" * 20_001}, rules.NotesTooLong),
    ],
)
def test_what_cannot_be_kept_is_refused_beside_its_field(clinic, wrong, refusal):
    with pytest.raises(refusal) as refused:
        register(**({"first_name": "Ann", "last_name": "Okafor"} | wrong))
    assert refused.value.field in wrong


def test_changing_a_patient_changes_how_they_are_found(clinic, session):
    patient = register("Ann", "Okafor", **ANN)
    number = patient.mrn
    change_patient(patient, PatientDetails(first_name="Ann", last_name="Eze", phone="555 0199"))
    session.expunge_all()
    [found] = search_patients("eze")
    assert (found.name, found.phone, found.dob, found.mrn) == ("Ann Eze", "555 0199", None, number)
    assert [row.id for row in search_patients("okafor")] == [patient.id]
    assert search_patients("0142") == []
    assert search_patients("ann@mail.example") == []


def test_the_same_details_again_write_nothing(clinic, session):
    patient = register("Ann", "Okafor", **ANN)
    before = (patient.first_name_envelope, patient.meta_envelope)
    change_patient(patient, PatientDetails(first_name="Ann", last_name="Okafor", **ANN))
    assert (patient.first_name_envelope, patient.meta_envelope) == before


def test_another_clinics_plan_and_facility_are_refused(clinic):
    with pytest.raises(Exception, match="insurance plans"):
        register("Ann", "Okafor", default_insurance_plan_id=10**9)
    with pytest.raises(Exception, match="facilities"):
        register("Ann", "Okafor", facility_id=10**9)
    with pytest.raises(NotFound):
        get_patient(10**9)
