"""A change that was rolled back leaves no row; whoever tried what they may not leaves one."""

from contextlib import suppress

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from portal.audit.notes import note
from portal.auth.rules import hash_of
from portal.db import session, state
from portal.tenancy.context import as_job, as_worker, enter_session
from tests.support.client import Browser
from tests.support.people import found

CHANGES = text("SELECT count(*) FROM user_action_audit_log WHERE action_type LIKE 'facilities.%'")


def changes(clinic) -> int:
    with clinic.at_work():
        return session.scalar(CHANGES)


def test_what_was_refused_is_no_change(browser, alder):
    """The same name twice: the command had written before the database refused."""
    browser.sign_in(alder.owner)
    typed = {"name": "Annex", "slug": "annex", "timezone": "America/Chicago"}
    assert browser.send("/facilities/new", typed).status_code == 303
    before = changes(alder)
    assert before > 0
    assert browser.send("/facilities/new", typed).status_code in {409, 422}
    assert changes(alder) == before


def test_what_was_denied_has_its_row_and_no_change(browser, alder):
    browser.sign_in(alder.desk)
    before, denied = changes(alder), len(alder.entries("denied"))
    typed = {"name": "Annex", "slug": "annex", "timezone": "America/Chicago"}
    assert browser.send("/facilities/new", typed).status_code == 403
    assert changes(alder) == before
    assert len(alder.entries("denied")) == denied + 1
    last = alder.entries("denied")[-1]
    assert (last.outcome, last.reason) == ("refused", "facilities.new")


def go_on_after_a_failure() -> None:
    """Note something, meet an error of the database, and behave as if there were none."""
    note("patients.view", table="patients", record=1)
    with suppress(DBAPIError):
        session.execute(text("SELECT 1/0"))


@pytest.mark.database
def test_what_failed_unheard_is_no_success_of_a_request(own_database):
    """The kind: a COMMIT after an error is answered by rolling back, and no driver says so."""
    app = own_database.app()
    with app.app_context():
        clinic = found("alder", "America/Chicago")
        token = hash_of(Browser(app).sign_in(clinic.desk).get_cookie("portal").value)
        assert enter_session(token)
        go_on_after_a_failure()
        with pytest.raises(DBAPIError, match="failed"):
            session.commit()
        session.rollback()
        assert clinic.entries("patients.view") == []


@pytest.mark.database
def test_what_failed_unheard_is_no_success_of_a_job(own_database):
    with own_database.app().app_context():
        clinic = found("alder", "America/Chicago")
        with pytest.raises(DBAPIError, match="failed"), as_job(clinic.id, "import"):
            go_on_after_a_failure()
        assert state().role is None
        with as_worker():
            assert session.scalar(text("SELECT 1")) == 1
