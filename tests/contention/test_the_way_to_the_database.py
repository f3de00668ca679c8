"""The network between portal and database breaks: the answer is a sentence, and one visit is there.

When it breaks at COMMIT, nobody can know whether it was done. So the same form is sent again, and
says what there is.
"""

import socket
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import NamedTuple
from urllib.parse import unquote, urlsplit
from uuid import uuid4

import psycopg
import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from portal import clock, waiting
from portal.db import session
from portal.scheduling.openings.listing import OpeningQuery, list_openings
from portal.tenancy import context
from tests.support.client import Browser
from tests.support.databases import Database
from tests.support.people import Person, found
from tests.support.scheduling import MONDAY, a_patient, a_practice, hours, on_monday
from tests.support.sizes import sized

RESET = struct.pack("ii", 1, 0)


class Way:
    """A TCP port that leads to the server's Unix socket, and can be cut."""

    def __init__(self, database: Database) -> None:
        url = urlsplit(database.url("app"))
        folder = unquote(url.query.removeprefix("host="))
        self.there = f"{folder}/.s.PGSQL.5432"
        self.door = socket.create_server(("127.0.0.1", 0))
        port = self.door.getsockname()[1]
        self.url = f"postgresql://{url.username}:{url.password}@127.0.0.1:{port}{url.path}"
        self.cut: str | None = None
        self.answered: threading.Event | None = None
        self.swallows = False
        self.slow = 0.0
        self.lines: list[socket.socket] = []
        threading.Thread(target=self._open, daemon=True).start()

    def _open(self) -> None:
        with suppress(OSError):
            while True:
                client, _address = self.door.accept()
                server = socket.socket(socket.AF_UNIX)
                server.connect(self.there)
                self.lines += client, server
                for one, other in ((client, server), (server, client)):
                    hurry = (one, other, one is client)
                    threading.Thread(target=self._carry, args=hurry, daemon=True).start()

    def _carry(self, one: socket.socket, other: socket.socket, to_server: bool) -> None:
        with suppress(OSError):
            while said := one.recv(65_536):
                if self.swallows:
                    continue
                if not to_server and self.answered is not None:
                    self.answered.set()
                    continue
                if to_server and self.slow:
                    time.sleep(self.slow)
                if to_server and self.cut and b"COMMIT" in said:
                    if self.cut == "after":
                        self.answered = threading.Event()
                        other.sendall(said)
                        self.answered.wait(60)  # it is done: the server has begun to say so
                        self.answered = None
                    self.cut = None
                    one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
                    one.close()
                    break
                other.sendall(said)
        with suppress(OSError):
            other.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def way(own_database: Database) -> Iterator[Way]:
    made = Way(own_database)
    yield made
    for each in (made.door, *made.lines):
        each.close()


class Wish(NamedTuple):
    """What somebody books, and who that is."""

    desk: Person
    typed: dict[str, object]


@pytest.fixture
def wish(own_database: Database) -> Wish:
    """One opening."""
    near = own_database.app()
    with near.app_context(), clock.at(MONDAY):
        clinic = found("alder", "America/Chicago")
        with clinic.at_work():
            practice = a_practice(clinic.facility_id)
            hours(practice)
            [first, *_rest] = list_openings(OpeningQuery(offering_id=practice.offering.id), days=1)
            patient_id = a_patient().id
    typed = {
        "facility_id": clinic.facility_id, "service_id": practice.service.id,
        "patient_id": patient_id, "availability_slot_id": first.slot_id, "booking_key": uuid4(),
    }  # fmt: skip
    return Wish(clinic.desk, typed)


WRITTEN_BY_A_BOOKING = ("availability_slots", "appointments", "appointment_steps", "patients")


def at_the_desk(far: Flask, wish: Wish) -> Browser:
    """Signed in, with a page's token, before anything happens to the line."""
    browser = Browser(far).sign_in(wish.desk)
    browser.get("/facilities/")
    return browser


@pytest.mark.parametrize("cut", ["before", "after"])
def test_a_visit_is_booked_once_whenever_the_line_is_cut(own_database, way, wish, cut):
    far = own_database.app(database_url=way.url)
    with on_monday():
        browser = at_the_desk(far, wish)
        way.cut = cut
        cut_off = browser.send("/appointments/new", wish.typed)
        assert (cut_off.status_code, cut_off.headers["Retry-After"]) == (503, "5")
        assert browser.send("/appointments/new", wish.typed).status_code == 303
    assert booked(own_database) == 1


def test_nobody_waits_for_ever_for_a_line_that_swallows_everything(
    own_database, way, wish, monkeypatch
):
    """TCP goes on as if all were well: something still answers for the server."""
    monkeypatch.setattr(waiting, "SECONDS", 0.5)
    monkeypatch.setitem(waiting.LINE, "connect_timeout", 2)
    far = own_database.app(database_url=way.url)
    with on_monday():
        browser = at_the_desk(far, wish)
        way.swallows = True
        for _ in range(2):  # with a connection of before, and with none
            refused = browser.send("/appointments/new", wish.typed)
            assert (refused.status_code, refused.headers["Retry-After"]) == (503, "5")
        way.swallows = False
        assert booked(own_database) == 0
        assert browser.send("/appointments/new", wish.typed).status_code == 303
    assert booked(own_database) == 1


def test_a_slow_line_takes_its_time(own_database, way, wish):
    far = own_database.app(database_url=way.url)
    with on_monday():
        browser = at_the_desk(far, wish)
        way.slow = sized(0.2, 2.0)
        assert browser.send("/appointments/new", wish.typed).status_code == 303
    assert booked(own_database) == 1


def test_what_takes_too_long_is_stopped_and_nothing_stays(own_database, way, wish, monkeypatch):
    """A row that somebody keeps locked: a request gives up before its worker would be ended."""
    monkeypatch.setattr(waiting, "SECONDS", 0.5)
    far = own_database.app(database_url=way.url)
    with on_monday(), own_database.connect("admin") as other:
        browser = Browser(far).sign_in(wish.desk)
        other.execute("LOCK TABLE availability_slots IN ACCESS EXCLUSIVE MODE")
        refused = browser.send("/appointments/new", wish.typed)
        assert (refused.status_code, refused.headers["Retry-After"]) == (503, "5")
        other.rollback()
        assert browser.send("/appointments/new", wish.typed).status_code == 303
    assert booked(own_database) == 1


@pytest.mark.parametrize("table", WRITTEN_BY_A_BOOKING)
@pytest.mark.parametrize("ended", ["line", "lock"])
def test_a_booking_that_gave_up_waiting_says_so(own_database, wish, monkeypatch, table, ended):
    """The kind: what is tidied up after a failure uses the line that the failure ended.

    Read by all, written by nobody: whoever books comes as far as the statement that writes.
    """
    if ended == "line":
        monkeypatch.setattr(waiting, "SECONDS", 0.5)
    else:
        sooner = context.ENTER_SESSION.text.replace("'20s'", "'500ms'")
        monkeypatch.setattr(context, "ENTER_SESSION", text(sooner))
    far = own_database.app()
    with on_monday(), own_database.connect("admin") as other:
        browser = at_the_desk(far, wish)
        other.execute(f"LOCK TABLE {table} IN EXCLUSIVE MODE")
        refused = browser.send("/appointments/new", wish.typed)
        assert (refused.status_code, refused.headers["Retry-After"]) == (503, "5")
        assert "Nothing was changed." in refused.text
        other.rollback()
        assert browser.send("/appointments/new", wish.typed).status_code == 303
    assert booked(own_database) == 1


ROWS = "SELECT pg_sleep(0.05), repeat('x', 30000) FROM generate_series(1, 400)"


def by_copy(line: psycopg.Connection) -> None:
    with line.cursor().copy(f"COPY ({ROWS}) TO STDOUT") as rows:
        for _row in rows:
            pass


def by_statements(line: psycopg.Connection) -> None:
    for _ in range(400):
        line.execute("SELECT pg_sleep(0.05)")


@pytest.mark.parametrize("way_of_asking", [by_copy, by_statements])
def test_what_comes_drop_by_drop_comes_to_an_end(own_database, monkeypatch, way_of_asking):
    """The kind: a bound of each wait that the sum of them has not. Each drop is quick enough."""
    monkeypatch.setattr(waiting, "SECONDS_IN_ALL", 0.5)
    line = waiting.connect(None, None, (own_database.url("app"),), {})
    waiting.begin()
    try:
        with pytest.raises(psycopg.OperationalError):
            way_of_asking(line)
    finally:
        waiting.end(None)
    assert line.closed


STUBBORN = """
DO $$ BEGIN
  LOCK TABLE appointments IN SHARE ROW EXCLUSIVE MODE;
  FOR n IN 1..60 LOOP
    BEGIN PERFORM pg_sleep(1); EXCEPTION WHEN query_canceled THEN NULL; END;
  END LOOP;
END $$
"""


def test_what_goes_on_after_it_was_cancelled_is_ended(own_database, monkeypatch):
    """The kind: a statement that heeds no cancelling keeps what it has locked from everybody."""
    monkeypatch.setattr(waiting, "SECONDS", 1.5)
    far = own_database.app()
    with far.app_context():
        waiting.begin()
        with pytest.raises(OperationalError):
            session.execute(text(STUBBORN))
        waiting.end(None)
        session.rollback()
    with own_database.connect("admin") as admin:
        admin.execute("SET lock_timeout = '10s'")
        admin.execute("LOCK TABLE appointments IN ROW EXCLUSIVE MODE")


def booked(database: Database) -> int:
    with database.connect("admin") as admin:
        return admin.execute("SELECT count(*) FROM appointments").fetchone()[0]


def test_what_a_line_that_died_had_locked_is_let_go(own_database):
    """Nobody tells the server that its client is away: it ends what stands still for a minute."""
    with own_database.connect("app") as app, own_database.connect("worker") as worker:
        setting = "SHOW idle_in_transaction_session_timeout"
        assert app.execute(setting).fetchone() == ("1min",)
        # A job may compute for longer than a request.
        assert worker.execute(setting).fetchone() == ("0",)
