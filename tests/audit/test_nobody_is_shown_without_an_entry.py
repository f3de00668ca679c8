"""The audit log cannot be written: whoever would have been shown is not, and the answer is 503."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import select, text

from portal.audit import hook, trouble
from portal.db import session
from portal.schema.patients import Patient
from portal.tenancy import context
from tests.audit.test_what_is_shown_is_on_record import NAME
from tests.support.client import HTMX, Browser
from tests.support.databases import Database
from tests.support.people import found
from tests.support.scheduling import a_practice, book, hours, on_monday

pytestmark = [pytest.mark.database, pytest.mark.timeout(900)]

MONTH = "SELECT 'user_action_audit_log_' || to_char(now() AT TIME ZONE 'UTC', 'YYYY_MM')"
APPEND = "SELECT 'audit_append'::regproc::oid::regprocedure::text"
# What PostgreSQL says when the disk is full (53100).
FULL = """
CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE disk_full USING MESSAGE = 'could not extend file: No space left on device';
END $$;
CREATE TRIGGER full_disk BEFORE INSERT ON user_action_audit_log
FOR EACH ROW EXECUTE FUNCTION full_disk()
"""


@contextmanager
def locked(database: Database) -> Iterator[None]:
    """Somebody holds the whole log; who waits, waits a moment instead of some seconds."""
    with database.connect("admin") as admin:
        [name] = admin.execute(APPEND).fetchone()
        admin.execute(f"ALTER FUNCTION {name} SET lock_timeout = '20ms'")
        admin.commit()
        admin.execute("LOCK TABLE user_action_audit_log IN ACCESS EXCLUSIVE MODE")
        yield
        admin.rollback()


@contextmanager
def full(database: Database) -> Iterator[None]:
    """There is no room for one more entry."""
    with database.connect("admin") as admin:
        admin.execute(FULL)
    yield


@contextmanager
def without_a_partition(database: Database) -> Iterator[None]:
    """The worker has made no partition for this month."""
    with database.connect("admin") as admin:
        [name] = admin.execute(MONTH).fetchone()
        admin.execute(f"ALTER TABLE user_action_audit_log DETACH PARTITION {name}")
    yield


TROUBLES: dict[str, Callable] = {
    "locked": locked,
    "full": full,
    "no partition": without_a_partition,
}


# What writes the log, and waits for it some seconds at most.
WRITERS = ("audit_append", "audit_saw")


@pytest.fixture
def stage(own_database, monkeypatch):
    """The owner, signed in, and the names of patients with visits on the day."""
    monkeypatch.setattr(trouble, "_known", trouble._Process())
    hasty = text(str(context.ENTER_SESSION).replace("'20s'", "'100ms'"))
    monkeypatch.setattr(context, "ENTER_SESSION", hasty)
    with own_database.connect("admin") as admin:
        for name in WRITERS:
            admin.execute(f"ALTER FUNCTION {name} SET lock_timeout = '100ms'")
    app = own_database.app()
    with on_monday(), app.app_context():
        clinic = found("alder", "America/Chicago")
        with clinic.at_work():
            practice = a_practice(clinic.facility_id)
            hours(practice, start="08:00", end="20:00")
            for at in ("09:00", "10:00", "11:00"):
                book(practice, at)
        with clinic.at_work():
            names = {each.last_name for each in session.scalars(select(Patient))}
    with on_monday():
        yield Browser(app).sign_in(clinic.owner), names


@pytest.mark.parametrize("what", TROUBLES)
def test_nobody_is_shown(own_database, stage, what):
    browser, names = stage
    assert names & set(NAME.findall(browser.get("/patients/").text))
    with TROUBLES[what](own_database):
        for address in ("/patients/", "/appointments/day"):
            for headers in ({}, HTMX):
                response = browser.get(address, headers=headers)
                assert response.status_code == 503
                assert not names & set(NAME.findall(response.text))


def test_nobody_waits_again_for_a_log_that_was_waited_for_in_vain(own_database, stage):
    """Whoever comes after is told at once, before anything is done, and /readyz tells it."""
    browser, _names = stage
    with locked(own_database):
        assert browser.get("/patients/").status_code == 503
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(hook, "_hook", None)  # whoever enters would fail
            refused = browser.get("/patients/")
            assert refused.status_code == 503
            assert refused.headers["Retry-After"]
        assert browser.get("/readyz").json["log"] is False
        assert browser.get("/healthz").status_code == 200
    assert browser.get("/readyz").json["log"] is True
    assert browser.get("/patients/").status_code == 200


def test_a_full_disk_is_told_until_it_is_a_while_ago(own_database, stage, monkeypatch):
    browser, _names = stage
    assert browser.get("/readyz").json["disk"] is True
    with full(own_database):
        assert browser.get("/patients/").status_code == 503
    assert browser.get("/readyz").json["disk"] is False
    monkeypatch.setattr(trouble, "FULL_SECONDS", 0)
    assert browser.get("/readyz").json["disk"] is True


@pytest.mark.parametrize("what", TROUBLES)
def test_no_change_is_kept_without_its_entry(own_database, stage, what):
    browser, _names = stage
    with own_database.connect("admin") as admin:
        before = admin.execute("SELECT count(*) FROM facilities").fetchone()
    with TROUBLES[what](own_database):
        typed = {"name": "Hall", "slug": "", "timezone": "Europe/London"}
        assert browser.send("/facilities/new", typed).status_code == 503
    with own_database.connect("admin") as admin:
        assert admin.execute("SELECT count(*) FROM facilities").fetchone() == before


@pytest.mark.parametrize("name", WRITERS)
def test_a_request_waits_for_a_lock_some_seconds_at_most(own_database, name):
    with own_database.connect("admin") as admin:
        query = "SELECT proconfig FROM pg_proc WHERE proname = %s"
        [[settings]] = admin.execute(query, [name]).fetchall()
    assert "lock_timeout=5s" in settings
