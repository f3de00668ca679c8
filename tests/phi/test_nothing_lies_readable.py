"""Canaries in every encrypted field: none lies readable in anything the database writes."""

import re
import subprocess
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from portal.appointments.models import AppointmentStep
from portal.db import session
from portal.patients import queries
from portal.patients.commands import change_patient, register_patient
from portal.patients.rules.details import PatientDetails
from tests.support.databases import Database
from tests.support.people import found
from tests.support.scheduling import a_practice, book, hours, on_monday

PATIENTS = 125
# Nothing else writes these; a hyphen stands in no hexadecimal figure, as the log keeps envelopes.
CANARY = re.compile(rb"Kanarie-|777-00-\d{6}|1893-\d\d-\d\d")
PLAIN = b"Sparrow-in-the-clear"
SPILL = """
DECLARE sorted CURSOR FOR SELECT p.*, n FROM patients p, generate_series(1, 300) AS n
ORDER BY p.last_name, p.notes, n DESC
"""


def canaries(number: int) -> PatientDetails:
    """Eight canaries, one in each field of a patient."""
    return PatientDetails(
        first_name=f"Kanarie-first-{number}",
        last_name=f"Kanarie-last-{number}",
        dob=date(1893, 1, 1) + timedelta(days=number),
        email=f"Kanarie-{number}@example.org",
        phone=f"777-00-{number:06d}",
        member_numbers={"1": f"Kanarie-member-{number}"},
        notes=f"Kanarie-notes-{number} " * 20,
        meta={"alert": f"Kanarie-alert-{number}"},
        external_ids=(f"Kanarie-external-{number}",),
    )


@pytest.fixture
def planted(own_database: Database) -> Database:
    """A database with a thousand canaries in patients, and more in a visit; written to disk."""
    with own_database.app().app_context():
        clinic = found("alder", "America/Chicago")
        with on_monday(), clinic.at_work():
            patients = [register_patient(canaries(number)) for number in range(PATIENTS)]
            change_patient(patients[0], canaries(PATIENTS))
            practice = a_practice(clinic.facility_id)
            hours(practice)
            visit = book(practice)
            visit.notes = "Kanarie-visit"
            visit.overbook_reason = PLAIN.decode()
            for step in session.scalars(select(AppointmentStep)):
                step.notes = "Kanarie-step"
        with clinic.at_work():
            assert queries.search_patients("Kanarie first 7")
    with own_database.connect("admin") as admin:
        admin.execute("CHECKPOINT")
    return own_database


def files(database: Database) -> Iterator[tuple[Path, bytes]]:
    """What the server has written for this database, and the WAL of all."""
    with database.connect("admin") as admin:
        own = admin.execute("SELECT oid FROM pg_database WHERE datname = current_database()")
        [oid] = own.fetchone()
    for path in database.server.folder.rglob("*"):
        others = path.parent.parent.name == "base" and path.parent.name not in (
            str(oid),
            "pgsql_tmp",
        )
        if path.is_file() and not others:
            yield path, path.read_bytes()


def test_no_canary_lies_in_files_wal_or_dump(planted):
    dump = subprocess.run(
        [planted.server.binaries / "pg_dump", planted.url("admin")], capture_output=True, check=True
    ).stdout
    written = [*files(planted), (Path("dump"), dump)]
    assert {
        path.name: found[0] for path, content in written if (found := CANARY.search(content))
    } == {}
    seen = {path.parent.name for path, content in written if PLAIN in content}
    assert {"pg_wal", ""} <= seen, "the search looks where things are written"
    assert len(seen) == 3, "and in the tables' own files"


def test_no_canary_lies_in_a_sorts_temporary_files(planted):
    with planted.connect("admin") as admin:
        admin.execute("SET work_mem = '64kB'")
        admin.execute(SPILL)
        admin.execute("FETCH 10 FROM sorted")
        spilled = [content for path, content in files(planted) if "pgsql_tmp" in path.parts]
        assert sum(map(len, spilled)) > 100_000
        assert not any(map(CANARY.search, spilled))
