"""PgBouncer lends a few connections by transaction: nobody finds on one what another clinic left.

Two clinics ask in turns, from more processes than there are connections. Every record of a clinic
carries its canary. `--pooled-requests 10000` asks that often.
"""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

import psycopg
import pytest

from portal import clock
from tests.support.databases import Database
from tests.support.people import Clinic, found
from tests.support.pooling import pooled
from tests.support.requests import Client
from tests.support.scheduling import MONDAY, a_patient, a_practice, book, hours
from tests.support.serving import served

pytestmark = pytest.mark.timeout(7200)  # as many requests as are asked for take their time

PROCESSES = 8
ZONES = {"alder": "America/Chicago", "birch": "Europe/London"}
CONNECTIONS = "SELECT count(*) FROM pg_stat_activity WHERE usename = 'portal_app' AND datname = %s"


@dataclass(frozen=True)
class Caller:
    """A clinic's session, what it may read, and the other's patient and canary."""

    client: Client
    canary: str
    foreign: str
    own_patient: int
    foreign_patient: int

    def asks(self, number: int) -> tuple[str, int, bool]:
        """One of six requests: what it was, its status, whether it said what it should."""
        typed = {"q": self.canary[:6]} if number % 6 == 5 else None
        path = (
            "/", "/patients/", f"/patients/{self.own_patient}", "/doctors/",
            f"/patients/{self.foreign_patient}", "/patients/search",
        )[number % 6]  # fmt: skip
        status, html = self.client.ask("POST" if typed else "GET", path, typed)
        wanted = (path == f"/patients/{self.foreign_patient}") != (self.canary in html)
        return path.strip("/0123456789"), status, wanted and self.foreign not in html


@pytest.fixture
def clinics(own_database: Database) -> dict[str, tuple[Clinic, int]]:
    """Two clinics, each with a doctor, a patient and a visit that carry its canary."""
    app, made = own_database.app(), {}
    with app.app_context(), clock.at(MONDAY):
        for slug, zone in ZONES.items():
            clinic = found(slug, zone)
            with clinic.at_work():
                practice = a_practice(clinic.facility_id)
                practice.doctor.last_name = practice.doctor.display_name = canary(slug)
                hours(practice, start="08:00", end="20:00")
                patient = a_patient(last_name=canary(slug), notes=canary(slug))
                book(practice, patient_id=patient.id)
                made[slug] = clinic, patient.id
    return made


def canary(slug: str) -> str:
    """A word that no other clinic's pages hold."""
    return f"Kw{slug}zq"


def callers(address: str, clinics: dict[str, tuple[Clinic, int]]) -> Iterator[Caller]:
    """The front desk and the administrator of each clinic."""
    for own, other in (("alder", "birch"), ("birch", "alder")):
        clinic, patient = clinics[own]
        for person in (clinic.desk, clinic.admin):
            client = Client(address).sign_in(person)
            yield Caller(client, canary(own), canary(other), patient, clinics[other][1])


@pytest.mark.parametrize("size", [1, 5])
def test_many_requests_of_two_clinics_share_few_connections(
    own_database, clinics, tmp_path, size, request
):
    count = request.config.getoption("--pooled-requests")
    with (
        pooled(own_database, tmp_path / "pooler", size=size) as pooler,
        served(own_database, tmp_path, **settings(pooler)) as address,
        ThreadPoolExecutor(PROCESSES) as threads,
    ):
        all_callers = list(callers(address, clinics))
        asked = [partial(all_callers[n % 4].asks, n // 4) for n in range(count)]
        answers = Counter(threads.map(lambda ask: ask(), asked))
        with own_database.connect("admin") as admin:
            connections = admin.execute(CONNECTIONS, [own_database.name]).fetchone()[0]
    statuses = Counter(status for _path, status, _kept in answers.elements())
    assert {path for path, _status, kept in answers if not kept} == set()
    assert set(statuses) == {200, 404}, answers
    assert answers.total() == count
    assert connections == size, "the pooler lent more or fewer connections than it has"


@pytest.mark.parametrize(
    ("leave", "find"),
    [
        ("SELECT set_config('x.left', 'here', false)", "SELECT current_setting('x.left', true)"),
        ("PREPARE planted AS SELECT 1", "SELECT max(name) FROM pg_prepared_statements"),
        ("DECLARE c CURSOR WITH HOLD FOR SELECT 1", "SELECT max(name) FROM pg_cursors"),
        ("SELECT pg_advisory_lock(5046001)", "SELECT max(objid) FROM pg_locks WHERE objid=5046001"),
    ],
)
def test_the_pooler_resets_what_it_lends(own_database, tmp_path, leave, find):
    """The portal cannot know which of the server's connections it gets, so the pooler must."""
    with pooled(own_database, tmp_path / "pooler", size=1) as pooler:
        with psycopg.connect(pooler.url("app"), prepare_threshold=None) as one:
            one.execute(leave)
        with psycopg.connect(pooler.url("app"), prepare_threshold=None) as other:
            assert not other.execute(find).fetchone()[0]


def settings(pooler) -> dict[str, str]:
    """What the portal is told of the pooler in front of its database."""
    return {
        "DATABASE_URL": pooler.url("app"),
        "DATABASE_WORKER_URL": pooler.url("worker"),
        "DATABASE_PREPARE": "no",
        "PORTAL_NOW": MONDAY.isoformat(),
        "WEB_CONCURRENCY": str(PROCESSES),
    }
