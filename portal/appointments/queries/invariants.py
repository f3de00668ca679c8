"""Invariants of visits, checked by reading: each check gives the records that break it."""

from collections.abc import Sequence

from sqlalchemy import TextClause, text

from portal.db import session
from portal.sql import statement
from portal.tenancy.context import request_context

MOST_SHOWN = 100

DOCTORS = statement("appointments/doctors_taken_twice")

VISITS_IN_SLOTS = text("""
    SELECT format('appointment %s is not within the time its slot %s takes', a.id, s.id)
      FROM appointments a
      JOIN availability_slots s ON s.tenant_id = a.tenant_id AND s.id = a.availability_slot_id
     WHERE a.tenant_id = :tenant_id AND a.status <> 'cancelled'
       AND (s.doctor_id <> a.doctor_id OR s.facility_id <> a.facility_id
            OR s.start_at <> a.start_at OR s.busy_from IS NULL
            OR s.busy_from > a.start_at OR s.busy_until < a.end_at)
     ORDER BY a.id LIMIT :limit
""")

PATIENTS = statement("appointments/patients_expected_twice")

SEATS = statement("appointments/seats_miscounted")

SLOTS = text("""
    SELECT format('slot %s is %s with %s of %s seats taken', id, status, booked_count, capacity)
      FROM availability_slots
     WHERE tenant_id = :tenant_id
       AND (status = 'booked') <> (booked_count = capacity)
        OR (tenant_id = :tenant_id AND status IN ('reserved', 'cancelled') AND booked_count > 0)
     ORDER BY id LIMIT :limit
""")

STATUSES = statement("appointments/statuses_against_times")

STEP_STATUSES = statement("appointments/statuses_against_steps")

STEPS = statement("appointments/steps_out_of_order")

MINUTES = statement("appointments/steps_of_other_length")

WITHOUT_SLOT = text("""
    SELECT format('appointment %s has no slot of its own', a.id)
      FROM appointments a
      LEFT JOIN availability_slots s ON s.tenant_id = a.tenant_id AND s.id = a.availability_slot_id
     WHERE a.tenant_id = :tenant_id AND a.status <> 'cancelled'
       AND (s.id IS NULL OR s.overbooked <> a.overbooked)
     ORDER BY a.id LIMIT :limit
""")

SERVICES = statement("appointments/visits_not_offered")

OTHER_STEPS = text("""
    SELECT DISTINCT format('appointment %s has steps of another workflow', a.id)
      FROM appointments a
      JOIN appointment_steps s ON s.tenant_id = a.tenant_id AND s.appointment_id = a.id
       AND s.replaced_at IS NULL
      JOIN workflow_steps w ON w.tenant_id = s.tenant_id AND w.id = s.workflow_step_id
     WHERE a.tenant_id = :tenant_id AND w.service_workflow_id <> a.service_workflow_id
     ORDER BY 1 LIMIT :limit
""")

HOLDS = text("""
    SELECT format('slot %s is held with %s seats', id, capacity)
      FROM availability_slots
     WHERE tenant_id = :tenant_id AND status = 'reserved' AND capacity > 1
     ORDER BY id LIMIT :limit
""")


def doctors_in_two_places() -> Sequence[str]:
    """Doctors taken twice at one time, overbooked visits aside."""
    return _broken(DOCTORS)


def patients_in_two_places() -> Sequence[str]:
    """Patients with two visits at one time."""
    return _broken(PATIENTS)


def visits_outside_their_slots() -> Sequence[str]:
    """Visits whose doctor is not taken for all of their time."""
    return _broken(VISITS_IN_SLOTS)


def seats_miscounted() -> Sequence[str]:
    """Slots whose count of seats disagrees with their visits or their status."""
    return [*_broken(SEATS), *_broken(SLOTS)]


def statuses_that_disagree() -> Sequence[str]:
    """Visits whose status is denied by their times or their steps."""
    return [*_broken(STATUSES), *_broken(STEP_STATUSES)]


def steps_out_of_order() -> Sequence[str]:
    """Visits whose steps do not follow one another within the visit."""
    return _broken(STEPS)


def visits_not_as_long_as_their_steps() -> Sequence[str]:
    """Visits whose minutes are not the sum of their steps'."""
    return _broken(MINUTES)


def visits_without_a_slot() -> Sequence[str]:
    """Visits that stand in no slot, or are squeezed in where their slot says they are not."""
    return _broken(WITHOUT_SLOT)


def visits_of_another_service() -> Sequence[str]:
    """Visits whose doctor, facility or workflow is not that of their service."""
    return _broken(SERVICES)


def steps_of_another_workflow() -> Sequence[str]:
    """Visits with steps that are not those of the workflow they were booked with."""
    return _broken(OTHER_STEPS)


def seats_held() -> Sequence[str]:
    """Group slots that somebody holds: their seats are counted, not held."""
    return _broken(HOLDS)


def _broken(query: TextClause) -> Sequence[str]:
    values = {"tenant_id": request_context().tenant_id, "limit": MOST_SHOWN}
    return session.scalars(query, values).all()
