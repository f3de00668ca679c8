"""`flask demo load`: two clinics, a full day in every status, and nothing readable on the disk."""

import os
import subprocess
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import text

from portal import clock
from portal.appointments.queries.day import board
from portal.cli.lookup import tenant_named
from portal.db import session
from portal.facilities.queries import list_facilities
from portal.patients.queries.records import list_recent_patients
from portal.tenancy.context import as_job
from seeds.lakeside import LAKESIDE
from seeds.northgate import NORTHGATE
from tests.support.databases import Database, clone

CHICAGO = ZoneInfo("America/Chicago")
AT_NIGHT = datetime(2026, 11, 22, 3, 0, tzinfo=CHICAGO)
MONDAY = AT_NIGHT.date().replace(day=23)
EVERY = {"scheduled", "checked_in", "in_progress", "completed", "no_show", "cancelled"}
GROUPS = (LAKESIDE, NORTHGATE)
STATUSES = "SELECT facility_id, status, overbooked, start_at FROM appointments"
USERS = "SELECT email, role FROM users"
SCOPE = """
SELECT f.slug FROM user_facilities u JOIN facilities f ON f.id = u.facility_id
"""


@pytest.fixture(scope="module")
def database(server) -> Iterator[Database]:
    """A database with both clinics, few patients and one day around today."""
    with clone(server, f"demo_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}") as made:
        yield made


@pytest.fixture(scope="module")
def app(database, tmp_path_factory) -> Iterator[Flask]:
    """Loaded at three on a Sunday morning, when it is 10:20 on the Monday after in the demo."""
    app = database.app(instance=tmp_path_factory.mktemp("demo"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clock, "machine_time", lambda: AT_NIGHT)
        words = ["demo", "load", "--patients", "260", "--days", "1"]
        loaded = app.test_cli_runner().invoke(args=words)
        assert loaded.exit_code == 0, loaded.output
        yield app
    clock.follow(None)
    database.close()


def rows(app: Flask, slug: str, query: str) -> list:
    with app.app_context(), as_job(tenant_named(slug), "tests"):
        return session.execute(text(query)).all()


def today_there(start_at: datetime) -> bool:
    return start_at.astimezone(CHICAGO).date() == MONDAY


@pytest.mark.parametrize("slug", ["lakeside", "northgate"])
def test_today_shows_every_status_at_every_facility(app, slug):
    shown = defaultdict(set)
    for facility_id, status, _, start_at in rows(app, slug, STATUSES):
        if today_there(start_at):
            shown[facility_id].add(status)
    [group] = [group for group in GROUPS if group.slug == slug]
    assert len(shown) == len(group.places)
    assert {facility_id: EVERY - statuses for facility_id, statuses in shown.items()} == {
        each: set() for each in shown
    }


def test_somebody_is_squeezed_in_at_each_facility(app):
    squeezed = {row.facility_id for row in rows(app, "lakeside", STATUSES) if row.overbooked}
    assert len(squeezed) == 3


def test_visits_a_doctor_fell_ill_for_wait_for_a_decision(app):
    reasons = rows(app, "lakeside", "SELECT type, reason FROM availability_exceptions")
    assert {row.type for row in reasons} == {"blocked", "override", "emergency"}


def test_the_people_of_the_contract_can_sign_in_and_the_desk_sees_one_facility(app):
    assert {tuple(row) for row in rows(app, "lakeside", USERS)} == {
        ("owner@lakeside.example", "owner"),
        ("admin@lakeside.example", "admin"),
        ("desk@lakeside.example", "front_desk"),
        ("clinician@lakeside.example", "clinician"),
        ("auditor@lakeside.example", "auditor"),
    }
    assert [row.slug for row in rows(app, "lakeside", SCOPE)] == ["chicago"]


def test_the_board_opens_with_its_doctors_and_free_starts(app):
    with app.app_context(), as_job(tenant_named("lakeside"), "tests"):
        chicago = next(each for each in list_facilities() if each.slug == "chicago")
        day = board(chicago.id, MONDAY)
    assert len(day.doctors) >= 4
    assert len(day.visits) >= 30
    assert any(slot.free for slot in day.slots)


def test_every_promise_is_kept(app):
    checked = app.test_cli_runner().invoke(args=["invariants"])
    assert checked.exit_code == 0, checked.output


def test_a_second_load_is_refused(app):
    again = app.test_cli_runner().invoke(args=["demo", "load"])
    assert again.exit_code == 1
    assert "This database has clinics" in again.output


def test_a_dump_holds_no_name_address_or_telephone(app, database):
    known = set()
    for group in GROUPS:
        with app.app_context(), as_job(tenant_named(group.slug), "tests"):
            for patient in list_recent_patients(limit=1_000):
                known |= {patient.name, patient.last_name, patient.email, patient.phone} - {None}
    assert len(known) > 500
    dump = subprocess.run(
        [database.server.binaries / "pg_dump", "--inserts", database.url("admin")],
        check=True,
        capture_output=True,
    ).stdout
    plain = {staff.last_name for group in GROUPS for staff in group.physicians}
    readable = [each for each in known - plain if _is_in(each, dump)]
    assert readable == []


def _is_in(known: str, dump: bytes) -> bool:
    return known.encode() in dump or known.encode().hex().encode() in dump
