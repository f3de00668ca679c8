"""Somebody limited to some facilities reaches the patients whom these know."""

from datetime import date

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from portal.appointments.commands.booking import book_appointment
from portal.appointments.commands.first_visit import book_first_visit
from portal.db import session
from portal.errors import NotFound
from portal.patients.commands.reaching import break_glass
from portal.patients.commands.registering import change_patient
from portal.patients.queries.records import find_patient, get_patient, list_recent_patients
from portal.patients.queries.searching import find_possible_duplicates, search_patients
from portal.patients.rules.details import PatientDetails
from portal.patients.rules.finding import SearchedPatient as Typed
from portal.schema.patients import Patient
from tests.support.glass import REASON, Elsewhere, elsewhere, signed_in
from tests.support.scheduling import a_patient, a_practice, details, hours, on_monday

BORN = date(1980, 3, 4)
NAME = {"first_name": "Zebedee", "last_name": "Quillfeather"}
KNOWN = {**NAME, "dob": BORN, "phone": "312 555 0142", "email": "zeb@mail.example"}


@pytest.fixture
def there(alder) -> Elsewhere:
    return elsewhere(alder, **KNOWN)


@pytest.fixture
def here(alder, there) -> int:
    """A patient whom the person's own facility knows."""
    with alder.at_work():
        return a_patient(facility_id=alder.facility_id, last_name="Quillon").id


def test_lists_and_searches_show_those_of_ones_own_facilities(there, here):
    with signed_in(there.person, there.clinic):
        assert [row.id for row in list_recent_patients()] == [here]
        assert [row.id for row in search_patients("quill")] == [here]
        assert search_patients(there.mrn) == []
        assert find_possible_duplicates(Typed("Zebedee", "Quillfeather", dob=BORN)) == []
    with signed_in(there.clinic.desk, there.clinic):
        assert {row.id for row in search_patients("quill")} == {here, there.patient_id}


def test_a_visit_here_brings_a_patient_within_reach_whatever_became_of_it(there):
    with on_monday(), there.clinic.at_work():
        practice = a_practice(there.clinic.facility_id)
        hours(practice)
        visit = book_appointment(details(practice, patient_id=there.patient_id))
        visit.status, visit.cancel_reason = "cancelled", "patient"
    with signed_in(there.person, there.clinic):
        assert get_patient(there.patient_id).first_name == "Zebedee"


def test_whoever_was_opened_can_be_booked_here_and_is_known_here_then(there):
    with on_monday():
        with there.clinic.at_work():
            practice = a_practice(there.clinic.facility_id)
            hours(practice)
        with signed_in(there.person, there.clinic):
            break_glass(there.patient_id, REASON)
            book_appointment(details(practice, patient_id=there.patient_id))
        with signed_in(there.person, there.clinic):
            assert find_patient(there.patient_id) is not None


def test_nobody_is_booked_who_was_not_opened(there):
    with on_monday():
        with there.clinic.at_work():
            practice = a_practice(there.clinic.facility_id)
            hours(practice)
        with signed_in(there.person, there.clinic), pytest.raises(NotFound):
            book_appointment(details(practice, patient_id=there.patient_id))


def test_a_first_visit_registers_where_it_is(there):
    with on_monday():
        with there.clinic.at_work():
            practice = a_practice(there.clinic.facility_id)
            hours(practice)
        person = PatientDetails(first_name="Nia", last_name="Newcomer")
        with signed_in(there.person, there.clinic):
            visit = book_first_visit(person, details(practice, patient_id=0))
            assert get_patient(visit.patient_id).facility_id == practice.facility_id


def test_no_statement_books_an_unopened_patient_in(there, here):
    with on_monday(), there.clinic.at_work():
        practice = a_practice(there.clinic.facility_id)
        hours(practice)
        book_appointment(details(practice, patient_id=here))
    statements = (
        "UPDATE appointments SET patient_id = :patient",
        "INSERT INTO appointments (row_uid, patient_id, facility_id, doctor_id,"
        " service_offering_id, service_workflow_id, start_at, end_at)"
        " SELECT gen_random_uuid(), :patient, facility_id, doctor_id, service_offering_id,"
        " service_workflow_id, start_at + interval '1 day', end_at + interval '1 day'"
        " FROM appointments",
        "INSERT INTO disclosures (row_uid, patient_id, disclosed_on, recipient_name, what, purpose)"
        " SELECT gen_random_uuid(), :patient, now(), first_name, first_name, first_name"
        " FROM patients",
        "INSERT INTO patient_search_tokens (field, token, patient_id)"
        " VALUES ('name', '\\x0001020304050607', :patient)",
    )
    with signed_in(there.person, there.clinic):
        for statement in statements:
            with pytest.raises(DBAPIError) as refused, session.begin_nested():
                session.execute(text(statement), {"patient": there.patient_id})
            assert isinstance(refused.value.orig, psycopg.errors.InsufficientPrivilege), statement
        changed = text("UPDATE patients SET status = 'inactive' WHERE id = :patient")
        assert session.execute(changed, {"patient": there.patient_id}).rowcount == 0


def test_who_registers_somebody_reaches_them(browser, there):
    browser.sign_in(there.person)
    form = browser.get("/patients/new").text
    assert '<option value="">None</option>' not in form
    made = browser.send("/patients/new", {"last_name": "Newcomer", "first_name": "Nia"})
    assert made.status_code == 422  # no facility was chosen, as no browser would send it
    typed = {"last_name": "Newcomer", "facility_id": str(there.clinic.facility_id)}
    made = browser.send("/patients/new", typed)
    assert browser.get(made.location).status_code == 200


def test_a_patient_registered_elsewhere_with_a_visit_here_stays_registered_there(browser, there):
    with on_monday(), there.clinic.at_work():
        practice = a_practice(there.clinic.facility_id)
        hours(practice)
        book_appointment(details(practice, patient_id=there.patient_id))
    browser.sign_in(there.person)
    address = f"/patients/{there.patient_id}/edit"
    assert "Another facility" in browser.get(address).text
    typed = {"last_name": "Quill", "facility_id": str(there.facility_id)}
    assert browser.send(address, typed).status_code == 303
    with there.clinic.at_work():
        assert session.get(Patient, (there.clinic.id, there.patient_id)).facility_id == (
            there.facility_id
        )


def test_registering_somebody_whom_another_facility_knows_is_asked_about(browser, there):
    browser.sign_in(there.person)
    typed = {"last_name": "Quillfeather", "dob": "1980-03-04",
             "facility_id": str(there.clinic.facility_id)}  # fmt: skip
    answer = browser.send("/patients/new", typed)
    assert answer.status_code == 422
    assert f"MRN {there.mrn}, whom another facility knows" in answer.text
    assert "Zebedee" not in answer.text
    assert f"/patients/{there.patient_id}/break-glass" in answer.text
    [told] = there.clinic.entries("patients.new")
    assert (told.user_id, told.patient_id) == (there.person.id, there.patient_id)
    assert browser.send("/patients/new", typed | {"register_anyway": "y"}).status_code == 303


@pytest.mark.parametrize(
    "typed",
    [
        {"name": "quillfeather", "dob": "1980-03-04"},
        {"name": "Zebedee Quill", "dob": "1980-03-04"},
        {"phone": "+1 (312) 555-0142"},
        {"email": "ZEB@mail.example"},
        {"mrn": "the patient's"},
    ],
    ids=lambda typed: " ".join(typed),
)
def test_asking_other_facilities_tells_the_number_and_no_more(browser, there, typed):
    typed = {key: there.mrn if key == "mrn" else value for key, value in typed.items()}
    answer = browser.sign_in(there.person).send("/patients/other-facilities", typed)
    assert f"MRN {there.mrn}" in answer.text
    assert not any(word in answer.text for word in ("Feather", "0142<", "zeb@"))
    [asked] = there.clinic.entries("patients.elsewhere")
    assert (asked.user_id, asked.patient_id) == (there.person.id, there.patient_id)


@pytest.mark.parametrize(
    "typed",
    [{"name": "Quillfeather", "dob": "1980-03-05"}, {"name": "Quill", "dob": "1980-03-04"},
     {"phone": "312 555 0143"}, {"mrn": "nothing"}],
    ids=lambda typed: " ".join(typed),
)  # fmt: skip
def test_asking_for_somebody_nobody_knows_is_written_down_too(browser, there, typed):
    answer = browser.sign_in(there.person).send("/patients/other-facilities", typed)
    assert "No other facility knows this person" in answer.text
    [asked] = there.clinic.entries("patients.elsewhere")
    assert (asked.user_id, asked.patient_id) == (there.person.id, None)


@pytest.mark.parametrize(
    "typed", [{}, {"name": "Quillfeather"}, {"dob": "1980-03-04"}, {"dob": "yesterday"}]
)
def test_too_little_is_no_way_to_leaf_through(browser, there, typed):
    answer = browser.sign_in(there.person).send("/patients/other-facilities", typed)
    assert answer.status_code == 422
    assert there.mrn not in answer.text
    assert there.clinic.entries("patients.elsewhere") == []


def test_whom_one_reaches_is_not_told_of_nor_another_clinics_patient(browser, there, birch):
    elsewhere(birch, **KNOWN)
    with there.clinic.at_work():
        a_patient(facility_id=there.clinic.facility_id, **KNOWN)
    answer = browser.sign_in(there.person).send(
        "/patients/other-facilities", {"phone": KNOWN["phone"]}
    )
    assert answer.text.count("break-glass") == 1


def test_whoever_sees_every_facility_has_nobody_to_ask(browser, there):
    browser.sign_in(there.clinic.desk)
    assert browser.get("/patients/other-facilities").location == "/patients/"
    assert "Ask whether another facility" not in browser.get("/patients/").text
    browser.sign_in(there.person)
    assert "Ask whether another facility" in browser.get("/patients/").text


def test_who_moves_a_patient_on_needs_a_visit_of_theirs_to_keep_them(there, here):
    with signed_in(there.person, there.clinic):
        patient = get_patient(here)
        gone = PatientDetails(first_name="", last_name="Gone", facility_id=there.facility_id)
        with pytest.raises(DBAPIError), session.begin_nested():
            change_patient(patient, gone)
