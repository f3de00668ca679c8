"""A clinic of any size: one doctor by the commands that staff use, the others copied from it."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import Context, copy_context
from dataclasses import dataclass
from datetime import UTC, datetime

from flask import Flask, current_app
from psycopg import sql

from portal import clock
from portal.auth import rules, throttling
from portal.auth.commands.signing_in import sign_in
from portal.db import session
from portal.tenancy.context import enter_session
from tests.support.databases import Database
from tests.support.people import Clinic, Person, found
from tests.support.scheduling import Practice, a_patient, a_plan, a_practice, hours

# A Monday, 00:05 in Chicago, from which a year has no clock change in its first week.
NOW = datetime(2026, 6, 1, 5, 5, tzinfo=UTC)
WINDOWS = (("08:00", "12:00"), ("13:00", "16:30"))
WORKDAYS = range(1, 6)

# Triggers and foreign keys are for those who work; the rows are copies of rows that they let in.
COPY = {
    "doctors": "INSERT INTO doctors ({others}) SELECT {others} FROM doctors, n WHERE id = {doctor}",
    "facility_doctors": """
        INSERT INTO facility_doctors (tenant_id, facility_id, doctor_id)
        SELECT tenant_id, {facility}, id FROM doctors WHERE id > {doctor} ORDER BY id""",
    "service_offerings": """
        INSERT INTO service_offerings (tenant_id, service_id, doctor_id, facility_id)
        SELECT tenant_id, {service}, id, {facility} FROM doctors WHERE id > {doctor} ORDER BY id""",
    "service_workflows": """
        INSERT INTO service_workflows (tenant_id, service_offering_id, name,
                                       total_estimated_minutes)
        SELECT tenant_id, id, 'Usual', 30 FROM service_offerings
         WHERE doctor_id > {doctor} ORDER BY id""",
    "workflow_steps": """
        INSERT INTO workflow_steps (tenant_id, service_workflow_id, step_template_id, position,
                                    duration_minutes)
        SELECT w.tenant_id, w.id, like_it.step_template_id, like_it.position,
               like_it.duration_minutes
          FROM service_workflows w
          JOIN workflow_steps like_it ON like_it.service_workflow_id <> w.id
         ORDER BY w.id, like_it.position""",
    "availability_rules": """
        INSERT INTO availability_rules (tenant_id, doctor_id, facility_id, day_of_week, start_time,
                                        end_time, slot_duration_minutes)
        SELECT r.tenant_id, d.id, r.facility_id, r.day_of_week, r.start_time, r.end_time,
               r.slot_duration_minutes
          FROM doctors d JOIN availability_rules r ON r.doctor_id <> d.id
         ORDER BY d.id, r.day_of_week, r.start_time""",
}


@dataclass(frozen=True)
class Works:
    """A clinic at work on one database.

    `context` is where its application, clock and database session are the present ones: two clinics
    take turns by `context.run`. `token` is a receptionist's session.
    """

    database: Database
    app: Flask
    clinic: Clinic
    practice: Practice
    doctors: int
    plan_id: int
    patient_ids: tuple[int, ...]
    token: str
    context: Context

    def admin(self, statement: str, *values: object) -> list[tuple]:
        """Run one statement past every right, and commit."""
        with self.database.connect("admin") as admin:
            cursor = admin.execute(statement, values or None)
            return cursor.fetchall() if cursor.description else []

    def enter(self) -> None:
        """What the beginning of a request does: the person and the tenant, as `portal_app`."""
        assert enter_session(rules.hash_of(self.token)) is not None

    def leave(self) -> None:
        """What its end does."""
        session.commit()


def token_of(clinic: Clinic, person: Person) -> str:
    """The token of a new session, in the place of no other; one ends when it has been idle."""
    account = clinic.slug, person.email
    with current_app.app_context():
        token = sign_in(*account, person.password, bucket=throttling.account(*account))
        session.commit()
    return token


@contextmanager
def a_clinic(database: Database, *, doctors: int, patients: int = 1) -> Iterator[Works]:
    """A facility with so many doctors, who all work Monday to Friday and offer one service."""
    app = database.app()
    with app.app_context(), clock.at(NOW):
        clinic = found("bench", "America/Chicago")
        with clinic.at_work():
            plan = a_plan(clinic.facility_id)
            practice = a_practice(clinic.facility_id)
            for day in WORKDAYS:
                for start, end in WINDOWS:
                    hours(practice, day, start, end)
            people = tuple(a_patient().id for _ in range(patients))
        token = token_of(clinic, clinic.desk)
        works = Works(
            database, app, clinic, practice, doctors, plan.id, people, token, copy_context()
        )
        works.admin("TRUNCATE availability_slots CASCADE")
        _copy_doctor(works, doctors - 1)
        yield works


def _copy_doctor(works: Works, times: int) -> None:
    practice = works.practice
    fields = ("tenant_id", "first_name", "last_name", "display_name")
    places = {
        "others": sql.SQL(", ").join(map(sql.Identifier, fields)),
        "doctor": sql.Literal(practice.doctor.id),
        "facility": sql.Literal(practice.facility_id),
        "service": sql.Literal(practice.service.id),
    }
    with works.database.connect("admin") as admin:
        admin.execute("SET session_replication_role = replica")
        counted = f"WITH n AS (SELECT generate_series(1, {times})) "
        for table, statement in COPY.items():
            head = counted if table == "doctors" else ""
            admin.execute(sql.SQL(head + statement).format(**places))
    works.admin("ANALYZE")
