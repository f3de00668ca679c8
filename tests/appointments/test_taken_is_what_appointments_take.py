"""What an opening counts as taken is what appointments take, whatever a statement says.

The kind: a promise about two tables that one table's constraint keeps, as long as the other is
written with it. A doctor whose opening counts nobody is free to everybody else.
"""

import pytest
from psycopg.errors import CheckViolation
from sqlalchemy import text

from portal.db import session
from portal.schema.appointments import Appointment
from tests.support.glass import signed_in
from tests.support.scheduling import a_practice, book, hours, on_monday

ANOTHER = """
    INSERT INTO appointments (row_uid, patient_id, doctor_id, facility_id, service_offering_id,
           service_workflow_id, availability_slot_id, start_at, end_at, status)
    SELECT gen_random_uuid(), patient_id, doctor_id, facility_id, service_offering_id,
           service_workflow_id, {slot}, start_at + interval '1 day', end_at + interval '1 day',
           'scheduled'
      FROM appointments WHERE id = :visit
"""
BOTH = """
    SELECT s.booked_count, a.availability_slot_id FROM availability_slots s, appointments a
     WHERE s.id = :slot AND a.id = :visit
"""
COUNTED_DOWN = """
    UPDATE availability_slots SET booked_count = 0, status = 'open', busy_from = NULL,
           busy_until = NULL WHERE id = :slot
"""
BY_HAND = {
    "counted down": COUNTED_DOWN,
    "an appointment beside the count": ANOTHER.format(slot="availability_slot_id"),
    "an appointment without an opening": ANOTHER.format(slot="NULL"),
    "an appointment off its opening": "UPDATE appointments SET availability_slot_id = NULL"
    " WHERE id = :visit",
    "an appointment at another time": "UPDATE appointments SET start_at = start_at + interval"
    " '1 minute' WHERE id = :visit",
    "taken for a minute": "UPDATE availability_slots SET busy_until = busy_from + interval"
    " '1 minute' WHERE id = :slot",
    "an opening that nobody takes": """
        INSERT INTO availability_slots (facility_id, doctor_id, start_at, end_at, status, capacity,
               booked_count, busy_from, busy_until)
        SELECT facility_id, doctor_id, start_at + interval '1 day', end_at + interval '1 day',
               'booked', 1, 1, start_at + interval '1 day', end_at + interval '60 days'
          FROM availability_slots WHERE id = :slot""",
    "gone without giving its seat back": "UPDATE appointments SET status = 'cancelled',"
    " cancel_reason = 'By hand', finished_at = end_at - interval '1 minute' WHERE id = :visit",
    "seats that nobody takes": "UPDATE availability_slots SET capacity = 9, booked_count = 9"
    " WHERE id = :slot",
}


@pytest.fixture
def visit(alder) -> Appointment:
    with on_monday(), alder.at_work():
        practice = a_practice(alder.facility_id)
        hours(practice)
        return book(practice)


@pytest.mark.parametrize("how", BY_HAND)
def test_a_statement_that_says_otherwise_is_not_committed(alder, visit, how):
    values = {"visit": visit.id, "slot": visit.availability_slot_id}
    with (
        pytest.raises(CheckViolation, match=r"takes an opening|take it"),
        signed_in(alder.owner, alder),
    ):
        session.execute(text(BY_HAND[how]), values)


def test_both_written_together_are_committed(alder, visit):
    """The same statements with their other half."""
    values = {"visit": visit.id, "slot": visit.availability_slot_id}
    gone = (
        "UPDATE appointments SET availability_slot_id = NULL, status = 'cancelled',"
        " finished_at = start_at, cancel_reason = 'By hand' WHERE id = :visit"
    )
    with signed_in(alder.owner, alder):
        session.execute(text(COUNTED_DOWN), values)
        session.execute(text(gone), values)
    with signed_in(alder.owner, alder):
        assert session.execute(text(BOTH), values).one() == (0, None)
