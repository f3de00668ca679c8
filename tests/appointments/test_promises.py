"""`flask invariants` says nothing about a sound clinic, and names what was broken by hand."""

import json
from datetime import timedelta
from uuid import uuid4

import pytest
from flask.testing import FlaskCliRunner
from sqlalchemy import text

from portal.absences.commands.recording import AbsenceDetails, record_absence
from portal.appointments.commands.visit import cancel_appointment, check_in, start_visit
from portal.cli.invariants import checks
from portal.db import session
from tests.support.people import Clinic
from tests.support.scheduling import MONDAY, a_doctor, a_practice, book, hours

pytestmark = pytest.mark.database

# Promise -> what an administrator would do to break it.
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
    "every visit has a slot of its own": """
        UPDATE appointments SET availability_slot_id = NULL WHERE status = 'scheduled'""",
    "a visit is where its service is offered": """
        UPDATE appointments SET doctor_id = doctor_id + 1""",
    "steps are those of the visit's workflow": """
        UPDATE workflow_steps SET service_workflow_id = service_workflow_id + 1""",
    "seats of a group are counted, not held": """
        UPDATE availability_slots SET status = 'reserved', capacity = 2,
               reserved_until = start_at, busy_from = start_at, busy_until = end_at,
               reserved_by = (SELECT min(id) FROM users)
         WHERE id = (SELECT max(id) FROM availability_slots)""",
    "free starts are those that the hours give": """
        UPDATE availability_slots SET start_at = start_at + interval '1 minute'
         WHERE booked_count = 0""",
    "hours are for the doctor's own services": """
        UPDATE availability_rules SET doctor_id = doctor_id + 1,
               service_offering_id = (SELECT min(id) FROM service_offerings)""",
    "an absence is whole": """
        UPDATE absences SET visits = visits + 1""",
    "every patient can be found": """
        DELETE FROM patient_search_tokens""",
    "every patient is found by all that is known": """
        DELETE FROM patient_search_tokens WHERE field = 'scheme'""",
    "what is written on a chart moves with it": """
        INSERT INTO patient_alerts (tenant_id, row_uid, patient_id, kind, text)
        SELECT tenant_id, gen_random_uuid(), id, 'other', first_name FROM patients
         WHERE tenant_id = current_tenant();
        UPDATE patients SET status = 'merged', merged_into = id""",
    "whoever may not sign in has no session": """
        INSERT INTO user_sessions (tenant_id, user_id, token_hash, idle_seconds, expires_at)
        SELECT tenant_id, id, sha256('x'), 900, 'infinity' FROM users WHERE role = 'auditor'
               AND tenant_id = current_tenant();
        UPDATE users SET status = 'disabled' WHERE role = 'auditor'""",
    "somebody owns the clinic": """
        UPDATE users SET role = 'admin' WHERE role = 'owner'""",
    "clinics are kept apart": """
        ALTER TABLE patients NO FORCE ROW LEVEL SECURITY""",
    "the activity log cannot be changed": """
        GRANT UPDATE ON user_action_audit_log TO portal_app""",
    "a workflow is as long as its steps": """
        UPDATE service_workflows SET total_estimated_minutes = 7""",
    "every change has its audit entry": """
        UPDATE doctors SET specialty = 'Alchemy'""",
    "every envelope opens": """
        UPDATE patients SET first_name = last_name""",
}


@pytest.fixture
def busy(clinic: Clinic) -> Clinic:
    """A clinic with three visits, one under way and one cancelled, and an absence later on."""
    practice = a_practice(clinic.facility_id)
    hours(practice)
    tuesday = MONDAY.date() + timedelta(days=1)
    record_absence(AbsenceDetails(practice.doctor.id, tuesday, tuesday, uuid4()), {})
    under_way, _later, gone = (book(practice, at) for at in ("08:00", "08:30", "09:00"))
    check_in(under_way)
    start_visit(under_way)
    cancel_appointment(gone, "Feels better")
    return clinic


def broken() -> set[str]:
    return {promise for promise, check in checks().items() if check()}


def break_by_hand(statements: str) -> None:
    """As an administrator would, with every guard of the database off."""
    session.execute(text("RESET SESSION AUTHORIZATION"))
    session.execute(text("SET LOCAL session_replication_role = replica"))
    for statement in statements.split(";"):
        session.execute(text(statement))
    session.execute(text("SET LOCAL session_replication_role = origin"))
    session.execute(text("SET SESSION AUTHORIZATION portal_worker"))


def test_a_sound_clinic_keeps_every_promise(busy):
    assert broken() == set()
    assert set(checks()) == set(BREAKS)


@pytest.mark.parametrize("promise", BREAKS)
def test_what_is_broken_by_hand_is_found(busy, promise):
    break_by_hand(BREAKS[promise])
    assert promise in broken()


def test_the_command_names_what_is_broken_and_fails(app, alder):
    runner = FlaskCliRunner(app)
    answer = runner.invoke(args=["invariants", "--json"])
    said = json.loads(answer.stdout)
    assert (answer.exit_code, said["kept"]) == (0, True)
    assert set(said["tenants"]["alder"]) == set(BREAKS)
    with alder.at_work():
        a_doctor()
        break_by_hand(BREAKS["every change has its audit entry"])
    answer = runner.invoke(args=["invariants"])
    assert answer.exit_code == 1
    assert "alder: every change has its audit entry: BROKEN" in answer.stdout
