"""A request in which SQL prepared a statement commits nothing, and its answer does not leave.

The fault's kind: what the portal asks, it asks by statements that the driver has prepared, whose
names an injected statement can take. Then it is told what the attacker likes (that somebody is an
owner, for whose role it vouches with the rest of the row), or writes no entry of what was read.
"""

import pytest
from flask import Flask, Response, make_response
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from portal import connections
from portal.auth.commands import choose_language
from portal.auth.rules import hash_of
from portal.db import db, session
from portal.tenancy.context import enter_session
from tests.support.client import Browser
from tests.support.people import Clinic, found
from tests.support.scheduling import a_patient

pytestmark = pytest.mark.database

OFTEN = 14  # what is asked often is prepared
PREPARED = text("""
SELECT name, statement, array_to_string(parameter_types::text[], ', ') FROM pg_prepared_statements
""")
BY_SQL = text("SELECT name FROM pg_prepared_statements WHERE from_sql")
# The driver would understand the plain command, and prepare anew.
PLANT = "DO $plant$ BEGIN DEALLOCATE {name}; PREPARE {name}{types} AS {statement}; END $plant$"
WHO = "SELECT users.tenant_id, users.id,"
ROLE = text("SELECT role FROM users WHERE id = current_user_id()")


@pytest.fixture
def app(own_database) -> Flask:
    """One connection, so that everybody gets the same."""
    app = own_database.app()
    with app.app_context():
        pool = db.engine.pool
        pool._pool.maxsize, pool._overflow = 1, 0
    return app


@pytest.fixture
def clinic(app) -> Clinic:
    with app.app_context():
        return found("alder", "America/Chicago")


def plant(begins: str, part: str, instead: str) -> None:
    """Put another statement in the place of one that begins so."""
    planted = 0
    for name, statement, kinds in session.execute(PREPARED).all():
        if statement.startswith(begins):
            types = f"({kinds})" if kinds else ""
            changed = statement.replace(part, instead, 1)
            said = PLANT.format(name=name, types=types, statement=changed)
            session.connection().connection.driver_connection.execute(said)
            planted += 1
    assert planted > 0, "the driver has prepared it"


def take_away() -> None:
    """Leave none that SQL prepared."""
    for [name] in session.execute(BY_SQL).all():
        gone = f"DO $$ BEGIN DEALLOCATE {name}; END $$"
        session.connection().connection.driver_connection.execute(gone)


def choose_a_language_as_an_administrator(token: bytes) -> None:
    """What was asked often is answered by what was planted: the person has another role."""
    for number in range(OFTEN):
        assert enter_session(token)
        choose_language("es" if number % 2 else None)
        session.commit()
        session.remove()
    assert enter_session(token)
    plant(WHO, "users.role", "'admin'::text AS role")
    plant("UPDATE users SET locale", "SET locale", "SET role = 'admin', locale")
    choose_language(None)


def test_nobody_is_told_to_be_an_administrator_and_becomes_one(app, clinic):
    browser = Browser(app).sign_in(clinic.desk)
    token = hash_of(browser.get_cookie("portal").value)
    with app.app_context():
        choose_a_language_as_an_administrator(token)
        with pytest.raises(OperationalError, match="by SQL"):
            session.commit()
        session.remove()
        assert enter_session(token)
        assert session.scalar(ROLE) == "front_desk"


def test_what_was_planted_and_taken_away_again_is_noticed_too(app, clinic):
    """Two injected statements: one before what the portal asks, one after."""
    browser = Browser(app).sign_in(clinic.desk)
    token = hash_of(browser.get_cookie("portal").value)
    with app.app_context():
        choose_a_language_as_an_administrator(token)
        session.flush()
        take_away()
        with pytest.raises(OperationalError, match="by SQL"):
            session.commit()


@pytest.mark.parametrize("status", [200, 422])
def test_what_is_read_without_an_entry_does_not_leave(app, clinic, status, monkeypatch):
    with app.app_context(), clinic.at_work():
        patient = a_patient()
        address, mrn = f"/patients/{patient.id}", patient.mrn
    browser = Browser(app).sign_in(clinic.desk)
    for _ in range(OFTEN):
        assert mrn in browser.get(address).text
    usual = app.view_functions["patients.show"]

    def injected(**asked: int) -> Response:
        plant("SELECT audit_saw", "audit_saw", "concat")
        return make_response(usual(**asked), status)

    monkeypatch.setitem(app.view_functions, "patients.show", injected)
    before = connections.CLOSED._value.get()
    answer = browser.get(address)
    assert (answer.status_code, mrn in answer.text) == (503, False)
    assert connections.CLOSED._value.get() == before + 1
    monkeypatch.undo()
    assert mrn in browser.get(address).text


def test_a_statement_that_was_left_under_way_is_in_nobodys_way(app, clinic, monkeypatch):
    """What it would still answer is told to nobody, and the next page has a line of its own."""
    browser = Browser(app).sign_in(clinic.desk)
    app.testing = False  # what no view expected is answered
    usual = app.view_functions["facilities.index"]

    def injected() -> Response:
        copied = "COPY (SELECT email FROM users) TO STDOUT"
        session.connection().connection.driver_connection.execute(copied)
        return usual()

    monkeypatch.setitem(app.view_functions, "facilities.index", injected)
    assert browser.get("/facilities/").status_code == 503
    monkeypatch.undo()
    assert browser.get("/facilities/").status_code == 200


@pytest.mark.parametrize("ending", ["COMMIT", "COMMIT; BEGIN", "ROLLBACK", "COMMIT AND CHAIN"])
def test_whoever_ends_the_transaction_shows_nobody_without_an_entry(
    app, clinic, ending, monkeypatch
):
    with app.app_context(), clinic.at_work():
        patient = a_patient()
        address, mrn = f"/patients/{patient.id}", patient.mrn
    browser = Browser(app).sign_in(clinic.desk)
    app.testing = False
    usual = app.view_functions["patients.show"]

    def injected(**asked: int) -> Response:
        answer = make_response(usual(**asked))
        session.connection().connection.driver_connection.execute(ending)
        return answer

    monkeypatch.setitem(app.view_functions, "patients.show", injected)
    answer = browser.get(address)
    assert (answer.status_code, mrn in answer.text) == (503, False)
