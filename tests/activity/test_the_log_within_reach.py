"""Who is limited to some facilities finds in the log what is about these, and nothing of others.

The fault's kind: a table that was kept apart by clinic, and by facility not at all, though it
tells of records that are.
"""

import csv
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import StringIO
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from portal.absences.commands.recording import AbsenceDetails, record_absence
from portal.activity.queries import log
from portal.activity.rules import Filters
from portal.auth.queries import get_user
from portal.db import session
from portal.exchange.exports.jobs import work_off
from portal.schema.audit import AuditEntry
from portal.staff.commands.people import change_user
from tests.activity.conftest import address
from tests.support.glass import Elsewhere, broken_glass, elsewhere, signed_in
from tests.support.people import Person
from tests.support.scheduling import MONDAY, a_patient, a_practice, book, hours, on_monday

# Tables whose rows those limited do not all see, and whose entries name no patient.
LIMITED = """
SELECT c.relname FROM pg_class c
JOIN pg_trigger t ON t.tgrelid = c.oid AND t.tgname = 'audit_' || c.relname
WHERE EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid AND p.polcmd = '*'
    AND p.polname IN (c.relname || '_facility', c.relname || '_reach'))
  AND c.relname <> 'patients' AND NOT EXISTS (
    SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'patient_id')
"""
DECIDED = "SELECT pg_get_functiondef('reaches_record'::regproc)"
MANY = text("""
    SELECT audit_note('patients.show', 'patients', :patient, :patient, 'done', NULL, NULL, NULL)
      FROM generate_series(1, 1500) AS n
""")


@dataclass
class Places:
    """A limited auditor, and a patient with an appointment at each of the two facilities."""

    there: Elsewhere
    here_id: int
    visits: tuple[int, int]

    @property
    def person(self) -> Person:
        """Who is limited to the first."""
        return self.there.person


@pytest.fixture
def places(alder) -> Places:
    there = elsewhere(alder, "auditor", first_name="Zebedee", last_name="Quillfeather")
    with on_monday(), alder.at_work():
        here_id = a_patient(facility_id=alder.facility_id).id
        visits = []
        for facility_id, patient_id in (
            (alder.facility_id, here_id),
            (there.facility_id, there.patient_id),
        ):
            practice = a_practice(facility_id)
            hours(practice)
            visits.append(book(practice, patient_id=patient_id).id)
    return Places(there, here_id, (visits[0], visits[1]))


def records(places: Places, table: str) -> set[int | None]:
    """Which records of a table the limited person finds entries of."""
    with signed_in(places.person, places.there.clinic):
        return {line.record_id for line in log.list_entries(Filters(table_name=table)).lines}


def entry_of(places: Places, action: str, record_id: int) -> AuditEntry:
    [found] = [e for e in places.there.clinic.entries(action) if e.record_id == record_id]
    return found


def test_entries_are_of_patients_and_records_of_ones_own_facilities(alder, places):
    here, there = places.visits
    assert records(places, "patients") == {places.here_id}
    assert records(places, "appointments") == {here}
    assert records(places, "facilities") == {alder.facility_id}
    steps = {alder.entries("appointment_steps.insert")[0].record_id}
    assert steps <= records(places, "appointment_steps")
    with signed_in(places.person, alder):
        assert log.list_entries(Filters(patient_id=places.there.patient_id)).lines == []
    with signed_in(alder.auditor, alder):
        shown = log.list_entries(Filters(table_name="appointments")).lines
        assert {line.record_id for line in shown} == {here, there}


def test_absences_and_workflows_are_told_of_where_they_are(browser, alder, places):
    """The kind: a record that names no facility itself, and has its places in another table."""
    with on_monday(), alder.at_work():
        here, there = (absence_at(each) for each in (alder.facility_id, places.there.facility_id))
    assert records(places, "absences") == {here}
    for table in ("service_workflows", "workflow_steps"):
        known = {e.record_id for e in alder.entries(f"{table}.insert")}
        seen = records(places, table)
        assert set() < seen < known, table
        with signed_in(alder.auditor, alder):
            everybodys = log.list_entries(Filters(table_name=table)).lines
        assert {line.record_id for line in everybodys} == known
    browser.sign_in(places.person)
    beyond = entry_of(places, "absences.insert", there)
    assert browser.get(address(beyond)).status_code == 404
    assert browser.get(address(entry_of(places, "absences.insert", here))).status_code == 200


def absence_at(facility_id: int) -> int:
    """Of a doctor there."""
    practice = a_practice(facility_id)
    hours(practice)
    details = AbsenceDetails(
        practice.doctor.id, MONDAY.date(), MONDAY.date(), uuid4(), facility_id=facility_id
    )
    return record_absence(details, {}).absence.id


def test_a_patient_of_both_is_seen_without_what_the_other_facility_did(alder, places):
    with on_monday(), alder.at_work():
        practice = a_practice(places.there.facility_id)
        hours(practice)
        elsewhere_visit = book(practice, "10:00", patient_id=places.here_id).id
    with signed_in(places.person, alder):
        found = log.list_entries(Filters(patient_id=places.here_id)).lines
    shown = {line.record_id for line in found if line.table_name == "appointments"}
    assert shown == {places.visits[0]}
    assert elsewhere_visit not in shown


def test_what_is_of_no_facility_is_seen_as_ever(alder, places, noted):
    noted("audit.purge", table="services", record=77)
    assert 77 in records(places, "services")
    assert alder.owner.id in records(places, "users")


def test_a_record_that_is_gone_is_told_of_where_it_was(alder, places):
    near = alder.hire("near", "clinician", facility_ids=(alder.facility_id,))
    far = alder.hire("far", "clinician", facility_ids=(places.there.facility_id,))
    with alder.at_work():
        for each in (near, far):
            change_user(get_user(each.id), "clinician", ())
    gone = {e.old_values["facility_id"]: e.record_id
            for e in alder.entries("user_facilities.delete")}  # fmt: skip
    seen = records(places, "user_facilities")
    assert gone[alder.facility_id] in seen
    assert gone[places.there.facility_id] not in seen


@pytest.mark.parametrize("page", ["", "/values"])
def test_an_entrys_page_is_not_found_and_says_of_no_record_that_it_is_gone(
    browser, alder, places, page
):
    beyond = entry_of(places, "patients.insert", places.there.patient_id)
    within = entry_of(places, "patients.insert", places.here_id)
    admin = alder.hire("limited", "admin", facility_ids=(alder.facility_id,))
    browser.sign_in(admin)
    assert browser.get(f"{address(beyond)}{page}").status_code == 404
    assert browser.get(f"{address(within)}{page}").status_code == 200
    browser.sign_in(alder.admin)
    assert browser.get(f"{address(beyond)}{page}").status_code == 200


def test_an_export_holds_what_the_screen_shows_who_asked(browser, alder, places):
    """The worker makes it, which sees every facility otherwise."""
    auditors = (places.person, alder.auditor)
    found = []
    for person in auditors:
        browser.sign_in(person)
        browser.send("/activity/export", {"table_name": "patients", "format": "csv"})
        work_off(alder.id)
        with alder.at_work():
            newest = session.scalar(text("SELECT max(id) FROM exports"))
        file = browser.get(f"/exchange/made/{newest}/file").text.removeprefix("\ufeff")
        found.append({int(row["Record"]) for row in csv.DictReader(StringIO(file))})
    assert found[0] == {places.here_id}
    assert {places.here_id, places.there.patient_id} <= found[1]


def test_exports_and_files_of_others_are_theirs(browser, alder, places):
    for person in (alder.auditor, places.person):
        browser.sign_in(person)
        browser.send("/activity/export", {"format": "csv"})
    with alder.at_work():
        (theirs, own) = session.scalars(text("SELECT id FROM exports ORDER BY id")).all()
    seen = records(places, "exports")
    assert own in seen
    assert theirs not in seen


def test_a_look_is_bounded_by_everybodys_entries_and_goes_on(alder, places, monkeypatch):
    """Row security leaves out one by one, and would read a long log to its end for one page."""
    monkeypatch.setattr(log, "MOST_READ", 1000)
    with alder.at_work():
        session.execute(MANY, {"patient": places.there.patient_id})
    with signed_in(places.person, alder):
        first = log.list_entries(Filters())
        assert (first.lines, first.more) == ([], False)
        second = log.list_entries(Filters(), before=first.older)
        assert second.lines


def test_who_broke_the_glass_is_listed_where_the_patient_is_known(browser, alder, places):
    far = broken_glass(alder)
    near = elsewhere(alder)
    far_id, reason = far.id, far.reason
    admin = alder.hire("limited", "admin", facility_ids=(near.facility_id,))
    with signed_in(near.person, alder):
        session.execute(text("SELECT break_glass(:id, 'Fell in our car park')"),
                        {"id": near.patient_id})  # fmt: skip
    browser.sign_in(admin)
    page = browser.get("/activity/break-glass").text
    assert "Fell in our car park" in page
    assert reason not in page
    assert browser.get(f"/activity/break-glass/{far_id}").status_code == 404


def test_a_table_of_a_facility_is_decided_about(database):
    """Whatever table comes: one whose rows are limited says so in the log as well."""
    with database.connect("admin") as admin:
        limited = {name for (name,) in admin.execute(LIMITED)}
        (decided,) = admin.execute(DECIDED).fetchone()
    assert limited - set(re.findall(r"WHEN '(\w+)'", decided)) == set()


def test_nobody_but_a_job_works_for_somebody(alder, places):
    asked = text("SELECT work_for(:id)")
    with signed_in(places.person, alder), refused():
        session.execute(asked, {"id": alder.owner.id})
    with alder.at_work():
        session.execute(asked, {"id": places.person.id})
        with refused():
            session.execute(asked, {"id": alder.owner.id})


@contextmanager
def refused() -> Iterator[None]:
    with pytest.raises(DBAPIError) as why, session.begin_nested():
        yield
    assert isinstance(why.value.orig, psycopg.errors.InsufficientPrivilege)
