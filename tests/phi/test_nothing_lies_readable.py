"""Canaries in every encrypted field: none lies readable in anything the database writes."""

import re
import subprocess
import zlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import delete, select

from portal.activity.commands import DisclosureDetails, correct_disclosure, record_disclosure
from portal.appointments.commands.editing import details_of, edit_appointment
from portal.cli.lookup import every_tenant
from portal.db import session
from portal.exchange.exports.commands.asking import ask_export
from portal.exchange.exports.commands.making import process_batch
from portal.exchange.imports.commands.uploads import upload
from portal.patients.commands.charting import ContactDetails, add_alert, add_contact, add_note
from portal.patients.commands.merging import MergeDetails, merge_patients
from portal.patients.commands.registering import change_patient, register_patient
from portal.patients.queries.records import get_patient
from portal.patients.queries.searching import search_patients
from portal.patients.rules.details import PatientDetails
from portal.phi.sealed import models_with_sealed_attributes, sealed_attributes
from portal.registry.lists import ExportBatch, ExportSource
from portal.schema.accounts import UserFactor
from portal.schema.appointments import AppointmentStep
from portal.tenancy.context import as_job
from tests.audit.test_what_is_shown_is_on_record import WITHOUT_PEOPLE
from tests.auth.routes import ROUTES
from tests.auth.test_every_route import addresses, ids_of
from tests.support.client import Browser
from tests.support.databases import Database
from tests.support.people import Clinic, found
from tests.support.scheduling import a_practice, a_wish_for, acting_as, book, hours, on_monday

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


def plant_besides(patient_ids: list[int], user_id: int) -> None:
    """A canary in each encrypted field that is not a patient's or a visit's own."""
    today = date(2026, 3, 2)
    told = [
        DisclosureDetails(uuid4(), today, "Kanarie-recipient", "Kanarie-what", "Kanarie-purpose",
                          "Kanarie-address")
        for _ in range(2)
    ]  # fmt: skip
    first = record_disclosure(patient_ids[1], told[0], today=today)
    correct_disclosure(first, told[1], "Kanarie-because", withdrawn=False, today=today)
    chart = get_patient(patient_ids[1])
    add_alert(chart, "allergy", "Kanarie-alert", key=uuid4())
    add_note(chart, "Kanarie-note", key=uuid4())
    contact = ContactDetails("guardian", "Kanarie-name", "Kanarie-relation", "777-00-000000")
    add_contact(chart, contact, key=uuid4())
    merge_patients(MergeDetails(patient_ids[2], patient_ids[3], {"notes": "both"}, uuid4()))
    upload("patients", "Kanarie-file.csv", b"first_name,last_name\nKanarie-first,Kanarie-last\n")
    session.add(UserFactor(user_id=user_id, secret="Kanarie-secret", last_step=0))
    for steps, file_format in ((1, "csv"), (2, "csv"), (2, "xlsx")):
        export_id = ask_export("activity", file_format, {}, key=uuid4()).id
        for _ in range(steps):
            process_batch(export_id, {"activity": KANARIES})


KANARIES = ExportSource(
    lambda _asked: ["Kanarie-column"], lambda _asked, _after: ExportBatch([["Kanarie-cell"]], None)
)


@pytest.fixture
def planted(stage: tuple[Database, Clinic]) -> Database:
    """A database with a thousand canaries in patients, and more elsewhere; written to disk."""
    return stage[0]


@pytest.fixture
def stage(own_database: Database) -> tuple[Database, Clinic]:
    """The same, and the clinic."""
    with own_database.app().app_context():
        clinic = found("alder", "America/Chicago")
        with on_monday(), clinic.at_work():
            patients = [register_patient(canaries(number)) for number in range(PATIENTS)]
            change_patient(patients[0], canaries(PATIENTS))
            practice = a_practice(clinic.facility_id)
            hours(practice)
            visit = book(practice)
            visit.notes = "Kanarie-visit"
            session.flush()
            edit_appointment(visit, replace(details_of(visit), notes="Kanarie-edited"))
            visit.overbook_reason = PLAIN.decode()
            for step in session.scalars(select(AppointmentStep)):
                step.notes = "Kanarie-step"
            a_wish_for(practice, notes="Kanarie-wish", patient_id=patients[4].id)
        with clinic.at_work(), acting_as(clinic.owner):
            plant_besides([patient.id for patient in patients], clinic.owner.id)
        with clinic.at_work():
            assert search_patients("Kanarie first 7")
    with own_database.connect("admin") as admin:
        admin.execute("CHECKPOINT")
    return own_database, clinic


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


def test_there_is_a_canary_in_every_encrypted_field_there_is(planted):
    bare = []
    with planted.app().app_context():
        [(clinic_id, _slug)] = every_tenant()
        with as_job(clinic_id, "tests"):
            for model in models_with_sealed_attributes():
                for name in sealed_attributes(model):
                    values = [getattr(row, name) for row in session.scalars(select(model))]
                    if not any(CANARY.search(said(value)) for value in values):
                        bare.append(f"{model.__name__}.{name}")
    assert bare == []


def said(value: object) -> bytes:
    """A value as bytes; a file of an export is unpacked first."""
    if not isinstance(value, bytes):
        return str(value).encode()
    try:
        return zlib.decompress(value)
    except zlib.error:
        return value


@pytest.mark.timeout(600)
def test_no_canary_is_logged_or_mailed_by_the_application(stage, tmp_path, capfd):
    database, clinic = stage
    app = database.app()
    app.config["PORTAL_INSTANCE"] = tmp_path
    with on_monday(), app.app_context():
        with clinic.at_work():
            session.execute(delete(UserFactor))
            canary = search_patients("Kanarie first 7")[0].id
        of_subject = cache(lambda subject: ids_of(clinic, subject))
        asked = [
            each
            for endpoint in sorted(ROUTES.keys() - WITHOUT_PEOPLE)
            for each in addresses(app, endpoint, of_subject(ROUTES[endpoint].subject))
        ]
    asked += [("GET", f"/patients/{canary}{page}") for page in ("", "/visits", "/disclosures")]
    with on_monday():
        browser = Browser(app).sign_in(clinic.owner)
        invited = {"name": "Una", "email": "una@alder.example", "role": "front_desk"}
        assert browser.send("/staff/new", invited).status_code == 303
        shown = 0
        for method, address in asked:
            typed = {"csrf_token": browser.csrf, "q": "Kanarie last"}
            data = typed if method == "POST" else {}
            shown += bool(CANARY.search(browser.open(address, method=method, data=data).data))
    assert shown > 5
    logged = "".join(capfd.readouterr()).encode()
    assert b'"answered"' in logged
    assert not CANARY.search(logged)
    mailed = [path.read_bytes() for path in tmp_path.rglob("*.eml")]
    assert mailed
    assert not any(map(CANARY.search, mailed))


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
