"""`flask invariants` says nothing about a sound clinic, and names what was broken by hand."""

import json

import pytest
from flask.testing import FlaskCliRunner

from portal import clock
from portal.appointments.commands import cancel_appointment, check_in, start_visit
from tests.support.databases import Database
from tests.support.people import found
from tests.support.scheduling import MONDAY, a_practice, book, hours

# Promise -> what an administrator would do to break it, with every guard of the database off.
BREAKS = {
    "no doctor is in two places": """
        ALTER TABLE availability_slots DROP CONSTRAINT ex_availability_slots_doctor;
        UPDATE availability_slots SET busy_until = busy_until + interval '1 hour'
         WHERE booked_count > 0""",
    "no patient is in two places": """
        ALTER TABLE appointments DROP CONSTRAINT ex_appointments_patient;
        UPDATE appointments SET patient_id = (SELECT min(patient_id) FROM appointments),
               end_at = end_at + interval '1 hour' WHERE status <> 'cancelled'""",
    "every visit's doctor is taken for all of it": """
        UPDATE availability_slots SET busy_until = busy_until - interval '10 minutes'
         WHERE booked_count > 0""",
    "seats are counted right": """
        UPDATE availability_slots SET booked_count = 0, status = 'open' WHERE booked_count > 0""",
    "statuses, times and steps agree": """
        UPDATE appointments SET started_at = NULL WHERE status = 'in_progress'""",
    "steps follow one another inside the visit": """
        UPDATE appointment_steps SET scheduled_end_at = scheduled_end_at + interval '5 minutes'
         WHERE position = 2""",
    "a visit is as long as its steps": """
        UPDATE appointments SET end_at = end_at + interval '5 minutes'""",
    "a workflow is as long as its steps": """
        UPDATE service_workflows SET total_estimated_minutes = 7""",
    "every change has its audit entry": """
        UPDATE doctors SET specialty = 'Alchemy'""",
    "every envelope opens": """
        UPDATE patients SET first_name = last_name""",
}


@pytest.fixture
def busy(own_database: Database) -> tuple[Database, FlaskCliRunner]:
    """A clinic with three visits, one of them under way and one cancelled."""
    app = own_database.app()
    with app.app_context(), clock.at(MONDAY):
        clinic = found("alder", "America/Chicago")
        with clinic.at_work():
            practice = a_practice(clinic.facility_id)
            hours(practice)
            under_way, _later, gone = (book(practice, at) for at in ("08:00", "08:30", "09:00"))
            check_in(under_way)
            start_visit(under_way)
            cancel_appointment(gone, "Feels better")
    return own_database, app.test_cli_runner()


def test_a_sound_clinic_keeps_every_promise(busy):
    _database, runner = busy
    answer = runner.invoke(args=["invariants", "--json"])
    said = json.loads(answer.stdout)
    assert (answer.exit_code, said["kept"]) == (0, True)
    assert set(said["tenants"]["alder"]) == set(BREAKS)


@pytest.mark.parametrize("promise", BREAKS)
def test_what_is_broken_by_hand_is_named(busy, promise):
    database, runner = busy
    with database.connect("admin") as admin:
        admin.execute("SET session_replication_role = replica")
        admin.execute(BREAKS[promise])
    answer = runner.invoke(args=["invariants"])
    assert answer.exit_code == 1
    assert f"alder: {promise}: BROKEN" in answer.stdout
