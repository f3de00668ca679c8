"""One transaction a request: what is rolled back, what survives, and what is never shown."""

import json
from contextlib import ExitStack

import psycopg
import pytest
from flask import Flask, Response
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from portal.audit.hook import Hook
from portal.auth.permissions import permission
from portal.db import db, session, state
from portal.errors import Conflict, DomainError
from portal.facilities import queries
from portal.web.answers import page, stay, toast
from tests.support.client import Browser
from tests.support.databases import Database
from tests.support.factories import a_facility
from tests.support.people import Clinic, found


@pytest.fixture
def instead(app: Flask, monkeypatch: pytest.MonkeyPatch):
    """Have the facilities' list do something else."""

    def put(view) -> None:
        declared = permission("facilities.see")(view)
        monkeypatch.setitem(app.view_functions, "facilities.index", declared)

    return put


@pytest.fixture
def signed_in(browser: Browser, alder: Clinic) -> Browser:
    return browser.sign_in(alder.owner)


def rename(name: str = "Renamed") -> None:
    queries.list_facilities()[0].name = name
    session.flush()


def name_now(clinic: Clinic) -> str:
    with clinic.at_work():
        return queries.get_facility(clinic.facility_id).name


def test_what_a_refused_view_wrote_is_undone(signed_in, alder, instead):
    def view() -> Response:
        rename()
        raise Conflict

    instead(view)
    response = signed_in.get("/facilities/")
    assert response.status_code == 409
    assert "changed by someone else" in response.text
    assert name_now(alder) == "Alder Central"


def test_what_a_view_that_answers_422_wrote_is_undone_too(signed_in, alder, instead):
    def view() -> Response:
        rename()
        return Response("<html><h1>no</h1></html>", status=422)

    instead(view)
    assert signed_in.get("/facilities/").status_code == 422
    assert name_now(alder) == "Alder Central"


def test_a_deadlock_is_tried_once_more(signed_in, alder, instead):
    tries = []

    def view() -> Response:
        tries.append(1)
        rename(f"Renamed {len(tries)}")
        if len(tries) == 1:
            raise OperationalError("", {}, psycopg.errors.DeadlockDetected())
        return Response("<html><h1>done</h1></html>")

    instead(view)
    assert signed_in.get("/facilities/").status_code == 200
    assert name_now(alder) == "Renamed 2"


def test_a_second_deadlock_is_a_conflict_that_changed_nothing(signed_in, alder, instead):
    def view() -> Response:
        rename()
        raise OperationalError("", {}, psycopg.errors.SerializationFailure())

    instead(view)
    response = signed_in.get("/facilities/")
    assert response.status_code == 409
    assert name_now(alder) == "Alder Central"


def test_everybody_whose_data_was_opened_gets_one_entry(signed_in, alder, instead):
    def view() -> Response:
        state().patients_seen.update({11, 12})
        return Response("<html><h1>two people</h1></html>")

    instead(view)
    signed_in.get("/facilities/")
    entries = alder.entries("facilities.index")
    assert [(entry.patient_id, entry.user_id) for entry in entries] == [
        (11, alder.owner.id),
        (12, alder.owner.id),
    ]
    assert len({entry.request_id for entry in entries}) == 1


def test_who_was_seen_is_on_record_although_the_request_was_refused(signed_in, alder, instead):
    def view() -> Response:
        state().patients_seen.add(11)
        raise DomainError

    instead(view)
    assert signed_in.get("/facilities/").status_code == 422
    assert [entry.patient_id for entry in alder.entries("facilities.index")] == [11]


def test_nobody_is_shown_when_the_entry_cannot_be_written(signed_in, instead, monkeypatch):
    def view() -> Response:
        state().patients_seen.add(11)
        return Response("<html><h1>Secret Patient</h1></html>")

    instead(view)
    monkeypatch.setattr("portal.audit.hook.SAW", text("SELECT 1 / 0"))
    response = signed_in.get("/facilities/")
    assert response.status_code == 503
    assert "Secret Patient" not in response.text
    assert "not available" in response.text


def test_without_a_database_the_portal_says_so(app, signed_in, monkeypatch):
    def enter() -> None:
        raise OperationalError("", {}, psycopg.OperationalError("connection refused"))

    monkeypatch.setitem(app.extensions, "portal_hook", Hook(enter, lambda: None))
    response = signed_in.get("/facilities/")
    assert response.status_code == 503
    assert "not available" in response.text


def test_an_unforeseen_error_is_a_calm_page_and_a_log_line_without_its_text(
    app, signed_in, instead, monkeypatch, capsys
):
    def view() -> Response:
        session.execute(text("SELECT 'Failing row contains Maria Canary'::int"))
        raise AssertionError

    instead(view)
    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)
    response = signed_in.get("/facilities/")
    assert response.status_code == 500
    assert "Something went wrong on our side" in response.text
    logged = capsys.readouterr().err
    assert '"sqlstate": "22P02"' in logged
    failed, answered = (json.loads(line) for line in logged.splitlines()[-2:])
    assert failed["request_id"] == answered["request_id"]
    assert "Canary" not in logged + response.text


def test_messages_wait_until_somebody_sees_them(signed_in, instead):
    def view() -> Response:
        toast("Saved for later.")
        return Response(status=204)

    instead(view)
    signed_in.get("/facilities/")
    assert "Saved for later." in signed_in.get("/facilities/new").text
    assert "Saved for later." not in signed_in.get("/facilities/new").text


def test_a_failed_requests_own_message_is_never_shown(signed_in, instead):
    def view() -> Response:
        toast("It worked!")
        raise Conflict

    instead(view)
    assert "It worked!" not in signed_in.get("/facilities/").text
    assert "It worked!" not in signed_in.get("/facilities/new").text


def test_an_htmx_answer_brings_its_message_along(signed_in, instead):
    def view() -> Response:
        toast("Done.")
        return stay("facilities/_list.html", back_to="facilities.new", listing=EMPTY, closed=False)

    instead(view)
    shown = signed_in.fragment("/facilities/").text
    assert "Done." in shown
    assert "hx-partial" in shown
    assert signed_in.get("/facilities/").location == "/facilities/new"


class EMPTY:
    rows = ()


def test_a_page_and_its_fragment_share_an_address(signed_in, alder):
    with alder.at_work():
        a_facility(name="Riverside")
    whole, part = signed_in.get("/facilities/"), signed_in.fragment("/facilities/")
    assert "Riverside" in part.text
    assert part.text.strip() in whole.text or len(part.text) < len(whole.text)


def test_a_poll_does_not_extend_the_session(app, signed_in, alder, monkeypatch):
    def poll() -> Response:
        return page("facilities/index.html", "facilities/_list.html", listing=EMPTY, closed=False)

    declared = permission("facilities.see", touches=False)(poll)
    monkeypatch.setitem(app.view_functions, "facilities.index", declared)

    def last_seen() -> object:
        with alder.at_work():
            return session.scalar(text("SELECT max(last_seen_at) FROM user_sessions"))

    with alder.at_work():
        session.execute(text("UPDATE user_sessions SET last_seen_at = now() - interval '1 min'"))
    before = last_seen()
    signed_in.fragment("/facilities/")
    assert last_seen() == before
    signed_in.get("/facilities/new")
    assert last_seen() > before


def test_an_idle_session_is_over(signed_in, alder):
    with alder.at_work():
        idle = "UPDATE user_sessions SET last_seen_at = now() - interval '15 min 1 s'"
        session.execute(text(idle))
    response = signed_in.get("/facilities/")
    assert response.status_code == 401
    assert "You were signed out: nothing had happened here for a while" in response.text


def test_nobody_notices_that_the_server_was_away(own_database: Database):
    """The kind: what the pool keeps may be dead. Each connection of it is looked at before use."""
    app = own_database.app()
    with app.app_context():
        clinic = found("alder", "America/Chicago")
    browser = Browser(app).sign_in(clinic.owner)
    with app.app_context(), ExitStack() as pooled:
        for _ in range(4):
            pooled.enter_context(db.engine.connect())
    browser.get("/facilities/")
    with own_database.connect("admin") as admin:
        admin.execute(
            "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND usename = 'portal_app'"
        )
    assert [browser.get("/facilities/").status_code for _ in range(6)] == [200] * 6
