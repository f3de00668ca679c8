"""Whoever has the database, or a backup of it, and not the key."""

import base64
from dataclasses import replace
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select

from portal.db import session
from portal.patients.commands.registering import register_patient
from portal.patients.queries.records import get_patient
from portal.patients.rules.details import PatientDetails
from portal.phi.sealed import UNREADABLE
from portal.schema.patients import PatientSearchToken
from tests.support.databases import Database
from tests.support.people import Clinic, found

SAME = PatientDetails(first_name="Ann", last_name="Okafor", phone="5550100123")
KEPT = "CREATE TABLE kept AS SELECT * FROM tenant_keys"
BACK = "INSERT INTO tenant_keys OVERRIDING SYSTEM VALUE SELECT * FROM kept"


@pytest.fixture
def app(own_database: Database, tmp_path) -> Flask:
    return own_database.app(instance=tmp_path)


@pytest.fixture
def clinics(app: Flask) -> tuple[Clinic, Clinic]:
    with app.app_context():
        return found("alder", "America/Chicago"), found("birch", "America/Chicago")


def tokens_of(clinic: Clinic) -> set[bytes]:
    with clinic.at_work():
        register_patient(SAME)
        return set(session.scalars(select(PatientSearchToken.token)))


def test_the_same_person_has_no_token_in_common_in_two_clinics(app, clinics):
    """A list of names counted in one clinic names nobody in another."""
    with app.app_context():
        alder, birch = (tokens_of(each) for each in clinics)
    assert len(alder) == len(birch) > 5
    assert not alder & birch


def test_what_has_few_values_has_no_token(app, clinics):
    """Of a status, a sex or a language a thief would only have to count the tokens."""
    told = replace(SAME, dob=date(1980, 1, 2), email="ann@example.com", preferred_language="es")
    with app.app_context(), clinics[0].at_work():
        register_patient(told)
        fields = set(session.scalars(select(PatientSearchToken.field)))
    assert {"prefix", "full", "dob", "phone", "last4"} <= fields
    few = {"status", "sex", "gender", "language", "preferred_language", "plan", "year", "age"}
    assert not fields & few


def test_an_old_backup_of_a_clinic_whose_keys_were_destroyed_opens_nothing(
    own_database, app, clinics, tmp_path
):
    """Once the key that wrapped them is exchanged too, as the command says."""
    alder, _birch = clinics
    with app.app_context(), alder.at_work():
        ann = register_patient(SAME).id
    with own_database.connect("admin") as admin:
        admin.execute(KEPT)
    new = tmp_path / "new.key"
    new.write_bytes(base64.b64encode(bytes(reversed(range(32)))))
    new.chmod(0o400)
    runner = app.test_cli_runner()
    for words in (["destroy", "--tenant", "alder"], ["rotate", "--new-key-file", str(new)]):
        done = runner.invoke(args=["keys", *words], input="alder\n")
        assert done.exit_code == 0, done.output
    with own_database.connect("admin") as admin:
        admin.execute("DELETE FROM tenant_keys")
        admin.execute(BACK)
    restored = own_database.app(key=bytes(reversed(range(32))), instance=tmp_path)
    with restored.app_context(), alder.at_work():
        assert get_patient(ann).last_name is UNREADABLE
