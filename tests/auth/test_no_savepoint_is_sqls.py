"""Whoever sets a savepoint by SQL, or goes back to one of anybody's, commits and shows nothing.

The fault's kind: a text that the portal says too, and that is believed to be its own for that. The
way back to a savepoint takes away what was written since, entries of the log too.
"""

from collections.abc import Callable
from contextlib import suppress

import pytest
from flask import Flask, Response, make_response
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, OperationalError

from portal import errors
from portal.auth.rules import hash_of
from portal.db import session
from portal.tenancy.context import enter_session
from tests.support.client import Browser
from tests.support.people import Clinic, found
from tests.support.scheduling import a_patient

pytestmark = pytest.mark.database

ROLE = text("SELECT role FROM users WHERE id = current_user_id()")


@pytest.fixture
def app(own_database) -> Flask:
    return own_database.app()


@pytest.fixture
def clinic(app) -> Clinic:
    with app.app_context():
        return found("alder", "America/Chicago")


def injected(*statements: str) -> Callable[[], None]:
    """Statements that the driver is given one after the other."""

    def send() -> None:
        for each in statements:
            session.connection().connection.driver_connection.execute(each)

    return send


def within_one_of_the_portals(*statements: str) -> Callable[[], None]:
    """The same while a savepoint of SQLAlchemy's is open, which ends as it will."""

    def send() -> None:
        with suppress(DBAPIError), session.begin_nested():
            injected(*statements)()

    return send


def within_a_refusable(*statements: str) -> Callable[[], None]:
    """The same after a statement that may be refused, whose savepoint stays open."""

    def send() -> None:
        errors.execute_in_savepoint({}, ROLE, {}, whole=bool)
        injected(*statements)()

    return send


OTHERS = {
    "set": injected("SAVEPOINT a"),
    "set and left": injected("SAVEPOINT a", "RELEASE a"),
    "set and left at once": injected("SAVEPOINT a; RELEASE SAVEPOINT a"),
    "back to it": injected("SAVEPOINT a", "ROLLBACK TO SAVEPOINT a"),
    "of SQLAlchemy's name": injected("SAVEPOINT sa_savepoint_1"),
    "of the portal's name": injected("SAVEPOINT refusable"),
    "back to one of SQLAlchemy's": within_one_of_the_portals(
        "ROLLBACK TO SAVEPOINT sa_savepoint_1"
    ),
    "one of SQLAlchemy's left": within_one_of_the_portals(
        "RELEASE SAVEPOINT sa_savepoint_1", "SAVEPOINT sa_savepoint_1"
    ),
    "back to the portal's": within_a_refusable("ROLLBACK TO SAVEPOINT refusable"),
    "the portal's left": within_a_refusable("RELEASE SAVEPOINT refusable"),
}


@pytest.mark.parametrize("deed", OTHERS)
def test_no_savepoint_is_sqls(app, clinic, deed):
    token = hash_of(Browser(app).sign_in(clinic.desk).get_cookie("portal").value)
    with app.app_context():
        assert enter_session(token)
        OTHERS[deed]()
        with pytest.raises(OperationalError, match="by SQL"):
            session.commit()


@pytest.mark.parametrize("status", [200, 422])
def test_whoever_goes_back_to_a_savepoint_shows_nobody_without_an_entry(
    app, clinic, status, monkeypatch
):
    with app.app_context(), clinic.at_work():
        patient = a_patient()
        address, mrn = f"/patients/{patient.id}", patient.mrn
    browser = Browser(app).sign_in(clinic.desk)
    usual = app.view_functions["patients.show"]

    def around(**asked: int) -> Response:
        injected("SAVEPOINT a")()
        answer = make_response(usual(**asked), status)
        injected("ROLLBACK TO SAVEPOINT a")()
        return answer

    monkeypatch.setitem(app.view_functions, "patients.show", around)
    answer = browser.get(address)
    assert (answer.status_code, mrn in answer.text) == (503, False)
    monkeypatch.undo()
    assert mrn in browser.get(address).text
