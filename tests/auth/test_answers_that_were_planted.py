"""A request in which SQL prepared a statement commits nothing, and its answer does not leave.

The fault's kind: what the portal asks, it asks by statements that the driver has prepared, whose
names an injected statement can take. Then it is told what the attacker likes (that somebody is an
owner, for whose role it vouches with the rest of the row), or writes no entry of what was read.
"""

from collections.abc import Callable
from contextlib import suppress

import pytest
from flask import Flask, Response, make_response
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, OperationalError

from portal import connections, errors
from portal.auth.commands.sessions import choose_language
from portal.auth.rules import hash_of
from portal.db import db, pipeline, session
from portal.phi.commands.rotating import begin_rotation
from portal.phi.keys import ring
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
OTHER = text("SELECT email FROM users WHERE id = current_user_id()")


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


def become_an_administrator(token: bytes, *more: str) -> None:
    """The same, committed; or after more that is injected before."""
    choose_a_language_as_an_administrator(token)
    session.flush()
    injected(*more)()
    session.commit()


def test_nobody_is_told_to_be_an_administrator_and_becomes_one(app, clinic):
    browser = Browser(app).sign_in(clinic.desk)
    token = hash_of(browser.get_cookie("portal").value)
    with app.app_context():
        with pytest.raises(OperationalError, match="by SQL"):
            become_an_administrator(token)
        session.remove()
        assert enter_session(token)
        assert session.scalar(ROLE) == "front_desk"


def injected(*statements: str) -> Callable[[], None]:
    """Statements that the driver is given one after the other."""

    def send() -> None:
        for each in statements:
            session.connection().connection.driver_connection.execute(each)

    return send


def fail_within_a_savepoint() -> None:
    """What a command of the portal's own meets, and goes on."""
    with suppress(DBAPIError), session.begin_nested():
        session.execute(text("SELECT 1/0"))


# What takes away, or has the driver take away, what tells of a planted statement.
LOST = {
    "each by itself": take_away,
    "all at once": injected("DEALLOCATE ALL"),
    "all by the driver": injected("ALTER ROLE CURRENT_USER SET application_name TO DEFAULT"),
    "to a savepoint": injected("SAVEPOINT a", "ROLLBACK TO a"),
    "to a savepoint at once": injected("SAVEPOINT a; ROLLBACK TO a"),
    "to a savepoint of SQLAlchemy's name": injected(
        "SAVEPOINT sa_savepoint_1", "ROLLBACK TO SAVEPOINT sa_savepoint_1"
    ),
    "a savepoint of the portal's own fails": fail_within_a_savepoint,
    "crowded out": injected(*(f"SELECT {n} + {m}" for n in range(130) for m in [n] * 6)),
    "committed": injected("COMMIT"),
    "committed and begun": injected("COMMIT; BEGIN"),
    "committed and all at once": injected("COMMIT", "DEALLOCATE ALL"),
}


@pytest.mark.parametrize("lost", LOST)
def test_what_tells_of_it_is_not_lost(app, clinic, lost):
    """The kind: what a commit is refused for can be taken away before it is asked for.

    An entry that was written after a planted answer stands for whatever the portal writes by it.
    """
    token = hash_of(Browser(app).sign_in(clinic.desk).get_cookie("portal").value)
    with app.app_context():
        for _ in range(OFTEN):
            assert enter_session(token)
            assert session.scalar(ROLE) == "front_desk"
            session.commit()
        assert enter_session(token)
        plant("SELECT role FROM users", "role", "'admin'::text AS role")
        assert session.scalar(ROLE) == "admin"
        take_away() if lost == "crowded out" else None
        LOST[lost]()
        with pytest.raises(OperationalError, match="by SQL"):
            session.commit()
        session.remove()
        assert enter_session(token)
        assert session.scalar(ROLE) == "front_desk"
        session.commit()


@pytest.mark.parametrize("ending", ["COMMIT", "COMMIT; BEGIN", "COMMIT AND CHAIN"])
def test_no_proof_is_made_of_a_planted_answer(app, clinic, ending):
    """Who would be told an administrator's row, and commits what the portal wrote of it."""
    token = hash_of(Browser(app).sign_in(clinic.desk).get_cookie("portal").value)
    with app.app_context():
        with pytest.raises(OperationalError, match="by SQL"):
            become_an_administrator(token, ending)
        session.remove()
        assert enter_session(token)
        assert session.scalar(ROLE) == "front_desk"


def test_what_the_process_remembers_is_not_what_was_planted(app, clinic):
    """The kind: memory outlives the request that is refused: others would seal by a retired key."""
    token = hash_of(Browser(app).sign_in(clinic.desk).get_cookie("portal").value)
    with app.app_context():
        with clinic.at_work():
            begin_rotation()
        assert enter_session(token)
        for _ in range(OFTEN):
            ring().forget(clinic.id)
            assert ring().of(clinic.id).active == 2
        plant("SELECT tenant_keys", "tenant_keys.active", "NOT tenant_keys.active AS active")
        ring().forget(clinic.id)
        with pytest.raises(OperationalError, match="by SQL"):
            ring().of(clinic.id)
        session.remove()
        assert enter_session(token)
        assert ring().of(clinic.id).active == 2


@pytest.mark.parametrize(
    "ending", ["COMMIT", "END", "ROLLBACK", "ABORT", "COMMIT; BEGIN", "ROLLBACK AND CHAIN"]
)
def test_whoever_ends_the_transaction_has_no_success(app, clinic, ending):
    """Half of what was done would be kept, or nothing, and somebody told that it was done."""
    token = hash_of(Browser(app).sign_in(clinic.desk).get_cookie("portal").value)
    with app.app_context():
        assert enter_session(token)
        injected(ending)()
        with pytest.raises(OperationalError, match="by SQL"):
            session.commit()


def test_what_the_portal_itself_takes_back_is_no_attack(app, clinic):
    """Savepoints that fail, or are left, with statements that were prepared within or before."""
    failing = text("SELECT 1 / CAST(:by AS int)")
    before = connections.CLOSED._value.get()
    token = hash_of(Browser(app).sign_in(clinic.desk).get_cookie("portal").value)
    with app.app_context():
        for _ in range(3):
            assert enter_session(token)
            for by in (1, 0, 0, 1):
                with suppress(DBAPIError), session.begin_nested():
                    pipeline((ROLE, {}), (failing, {"by": by}), (OTHER, {}))
            for by in (0, 1, 0):
                with suppress(DBAPIError), session.begin_nested():
                    pipeline((failing, {"by": by}))
            with session.begin_nested() as savepoint:
                assert session.scalar(ROLE) == "front_desk"
                savepoint.rollback()
            for by in (1, 0, 1):
                with suppress(DBAPIError):
                    pipeline((errors.SAVEPOINT, {}), (failing, {"by": by}))
                session.execute(errors.ROLL_BACK)
            for number in range(130):
                pipeline((text(f"SELECT {number}"), {}), (text(f"SELECT -{number}"), {}))
            session.commit()
            assert enter_session(token)
            session.rollback()
    assert connections.CLOSED._value.get() == before


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
