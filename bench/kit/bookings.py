"""Free starts to book, by the command and as one statement by hand."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import psycopg
from sqlalchemy.dialects.postgresql.psycopg import dialect

from bench.kit.clinic import Works, a_clinic
from portal.appointments.commands.booking import BookingDetails, book_appointment
from portal.auth import rules
from portal.availability.commands.materialise import materialise_doctors
from portal.availability.queries.weekly import batches
from portal.tenancy.context import ENTER_SESSION
from tests.support.databases import Database

# The writes of a booking and nothing else (the seat, the appointment, its steps, and the act by
# which it can be taken back): all that the command looks up or checks is known.
BY_HAND = """
WITH taken AS (
    UPDATE availability_slots
       SET booked_count = booked_count + 1, status = 'booked',
           busy_from = start_at, busy_until = end_at
     WHERE tenant_id = %(tenant)s AND id = %(slot)s AND status = 'open' AND booked_count < capacity
    RETURNING *
), visit AS (
    INSERT INTO appointments (tenant_id, row_uid, patient_id, facility_id, doctor_id,
        service_offering_id, availability_slot_id, service_workflow_id, start_at, end_at,
        booking_key, updated_by)
    SELECT tenant_id, gen_random_uuid(), %(patient)s, facility_id, doctor_id, %(offering)s, id,
           %(workflow)s, start_at, end_at, %(key)s, %(user)s
      FROM taken
    RETURNING *
), act AS (
    INSERT INTO appointment_acts (tenant_id, row_uid, group_uid, facility_id, appointment_id,
        user_id, kind, visit_version, done_at)
    SELECT tenant_id, gen_random_uuid(), gen_random_uuid(), facility_id, id, %(user)s, 'book',
           row_version, now()
      FROM visit
)
INSERT INTO appointment_steps (tenant_id, row_uid, appointment_id, workflow_step_id,
    step_template_id, position, scheduled_start_at, scheduled_end_at, status)
SELECT v.tenant_id, gen_random_uuid(), v.id, s.id, s.step_template_id, s.position,
       v.start_at + (s.position - 1) * interval '15 minutes',
       v.start_at + s.position * interval '15 minutes', 'scheduled'
  FROM visit v
  JOIN workflow_steps s
    ON s.tenant_id = v.tenant_id AND s.service_workflow_id = v.service_workflow_id
RETURNING appointment_id
"""
# Doctors and patients in turns; with as many patients as doctors, nobody's visits overlap.
STARTS = """
SELECT s.id, s.doctor_id, o.id, w.id,
       (%s::bigint[])[1 + (row_number() OVER (ORDER BY s.start_at, s.doctor_id))::int
                          %% cardinality(%s)]
  FROM availability_slots s
  JOIN service_offerings o ON o.doctor_id = s.doctor_id
  JOIN service_workflows w ON w.service_offering_id = o.id
 ORDER BY row_number() OVER (PARTITION BY s.doctor_id ORDER BY s.start_at), s.doctor_id
"""


ENTER = str(ENTER_SESSION.compile(dialect=dialect()))


@dataclass(frozen=True)
class Start:
    """A free start of a doctor, and who books it."""

    slot_id: int
    doctor_id: int
    offering_id: int
    workflow_id: int
    patient_id: int


@contextmanager
def open_clinic(
    database: Database, *, doctors: int, patients: int = 0
) -> Iterator[tuple[Works, list[Start]]]:
    """A clinic with every start of ninety days free, and the starts, doctors in turns."""
    with a_clinic(database, doctors=doctors, patients=max(doctors, patients)) as works:
        with works.clinic.at_work():
            for batch in batches():
                materialise_doctors(batch)
        works.admin("ANALYZE")
        people = list(works.patient_ids)
        yield works, [Start(*row) for row in works.admin(STARTS, people, people)]


def book_by_code(works: Works, start: Start) -> None:
    """What a request does: enter, the command, commit."""
    works.enter()
    book_appointment(
        BookingDetails(
            patient_id=start.patient_id,
            offering_id=start.offering_id,
            slot_id=start.slot_id,
            booking_key=uuid4(),
        )
    )
    works.leave()


def book_by_hand(app: psycopg.Connection[Any], works: Works, start: Start) -> None:
    """The same transaction as `portal_app` with one statement, entered as every request is."""
    asked = {"request": "", "token_hash": rules.hash_of(works.token), "touch": True}
    assert app.execute(ENTER, asked, prepare=True).fetchall(), "the session ended"
    values = {
        "tenant": works.clinic.id, "slot": start.slot_id, "patient": start.patient_id,
        "offering": start.offering_id, "workflow": start.workflow_id, "key": uuid4(),
        "user": works.clinic.desk.id,
    }  # fmt: skip
    assert app.execute(BY_HAND, values, prepare=True).fetchall(), "the start is taken"
    app.commit()
