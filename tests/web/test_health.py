"""/healthz and /readyz."""

from sqlalchemy import text

from portal.db import session
from portal.tenancy.context import as_worker


def test_the_process_answers_without_a_database(app, browser, monkeypatch):
    monkeypatch.setattr(session, "execute", None)
    assert browser.get("/healthz").json == {"process": True}


def test_it_is_ready_when_the_worker_beats(browser):
    beat = "INSERT INTO worker_heartbeats (job, beat_at, seconds) VALUES ('worker', now(), 0)"
    with as_worker():
        session.execute(text(beat))
    response = browser.get("/readyz")
    every = ("database", "migrations", "keys", "settings", "login", "worker", "jobs", "log", "disk")
    assert response.json == dict.fromkeys(every, True)
    assert response.status_code == 200


def test_a_silent_worker_is_named(browser):
    response = browser.get("/readyz")
    assert response.status_code == 503
    assert response.json["worker"] is False
    assert response.json["database"] is True


def test_another_processes_key_is_named(app, browser, monkeypatch):
    monkeypatch.setitem(app.config, "PORTAL_KEY", bytes(32))
    assert browser.get("/readyz").json["keys"] is False
