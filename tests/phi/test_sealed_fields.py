"""Encrypted attributes of a model: opened when looked at, sealed when written."""

from contextlib import contextmanager
from datetime import date

import pytest
import structlog
from flask import current_app
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from portal.db import state
from portal.patients.commands.registering import PatientUnreadable, change_patient, register_patient
from portal.patients.queries.records import get_patient, list_recent_patients
from portal.patients.rules.details import PatientDetails
from portal.phi.keys import KeyRing, KeyUnavailable, LocalKey, ring
from portal.phi.sealed import UNREADABLE, Unreadable
from portal.schema.patients import Patient

ANN = PatientDetails(
    first_name="Ann",
    last_name="Okafor",
    dob=date(1980, 3, 4),
    meta={"alert": "Penicillin allergy: ask at every visit"},
)


@pytest.fixture
def ann(alder, session):
    """A registered patient, as another request finds her."""
    with alder.at_work():
        made = register_patient(ANN)
        session.expunge_all()
        state().patients_seen = set()
        yield get_patient(made.id)


@contextmanager
def another_key_encryption_key():
    right = ring()
    current_app.extensions["portal_keys"] = KeyRing(LocalKey(bytes(32)))
    try:
        yield
    finally:
        current_app.extensions["portal_keys"] = right


def test_finding_a_patient_opens_nothing_and_looking_registers_the_read(ann, session):
    assert state().patients_seen == set()
    assert ann.email is None
    assert state().patients_seen == set()
    assert ann.dob == date(1980, 3, 4)
    assert state().patients_seen == {ann.id}


def test_a_value_set_is_there_before_and_after_the_flush(ann, session):
    ann.first_name = "Nneka"
    assert ann.first_name == "Nneka"
    assert ann in session.dirty
    session.flush()
    assert ann.first_name == "Nneka"
    ann.notes = "Prefers mornings"
    ann.notes = None
    session.flush()
    assert ann.notes_envelope is None


def test_a_rolled_back_value_is_gone(ann, session):
    with session.begin_nested() as attempt:
        ann.first_name = "Nneka"
        attempt.rollback()
    assert ann.first_name == "Ann"


def test_a_new_row_is_given_its_identity_when_it_is_sealed(ann, session):
    made = Patient(first_name="Uche", last_name="Eze", mrn="09999999")
    assert made.first_name == "Uche"
    session.add(made)
    session.flush()
    session.expunge_all()
    assert get_patient(made.id).first_name == "Uche"


@pytest.mark.parametrize(
    "damage",
    [
        "first_name = last_name",
        "first_name = set_byte(first_name, 40, get_byte(first_name, 40) # 1)",
        "first_name = substring(meta FOR 64)",
        "first_name = first_name || substring(first_name FOR 32)",
        "first_name = set_byte(first_name, 3, 9)",
    ],
)
def test_a_damaged_field_is_unreadable_reported_and_leaves_the_others(ann, session, damage):
    session.execute(text(f"UPDATE patients SET {damage}"))
    session.expire_all()
    with structlog.testing.capture_logs() as logs:
        assert isinstance(ann.first_name, Unreadable)
    assert ann.first_name == "unreadable"
    assert ann.last_name == "Okafor"
    [entry] = [each for each in logs if each["event"] == "field.unreadable"]
    assert (entry["table"], entry["column"]) == ("patients", "first_name")
    assert "Ann" not in str(entry)


@pytest.mark.parametrize(
    "no_envelope",
    [
        "convert_to('Ann', 'UTF8')",
        "substring(first_name FOR 63)",
        "substring(first_name FOR 48)",
        "first_name || '\\x00'::bytea",
        "set_byte(first_name, 0, 2)",
        "set_byte(first_name, 1, 0)",
        "convert_to(repeat('Ann Okafor', 20), 'UTF8')",
    ],
)
def test_the_database_refuses_what_is_no_envelope(ann, session, no_envelope):
    refused = pytest.raises(IntegrityError, match="ck_patients_first_name_envelope")
    with refused, session.begin_nested():
        session.execute(text(f"UPDATE patients SET first_name = {no_envelope}"))


def test_a_field_moved_to_another_patient_does_not_open(ann, session):
    bob = register_patient(PatientDetails(first_name="Bob", last_name="Eze"))
    move = "UPDATE patients SET first_name = :envelope WHERE id = :id"
    session.execute(text(move), {"envelope": ann.first_name_envelope, "id": bob.id})
    session.expire_all()
    assert bob.first_name is UNREADABLE
    assert bob.last_name == "Eze"


def test_under_another_key_the_page_works_and_nothing_is_sealed(ann, session):
    with another_key_encryption_key():
        assert ann.first_name is UNREADABLE
        [row] = list_recent_patients()
        assert row.name == "unreadable unreadable"
        with pytest.raises(KeyUnavailable):
            register_patient(ANN)
    assert ann.first_name == "Ann"


def test_an_unreadable_record_is_not_overwritten(ann, session):
    session.execute(text("UPDATE patients SET dob = first_name"))
    session.expire_all()
    with pytest.raises(PatientUnreadable):
        change_patient(ann, ANN)


def test_one_clinics_keys_do_not_open_anothers_fields(alder, birch, session):
    with alder.at_work():
        envelope = register_patient(ANN).first_name_envelope
    with birch.at_work():
        other = register_patient(ANN)
        put = "UPDATE patients SET first_name = :envelope WHERE id = :id"
        session.execute(text(put), {"envelope": envelope, "id": other.id})
        session.expire_all()
        assert other.first_name is UNREADABLE
        assert other.last_name == "Okafor"
