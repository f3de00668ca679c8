"""What is promised of visits, checked by reading: each check gives the records that break it."""

from collections.abc import Sequence

from sqlalchemy import TextClause, text

from portal.db import session
from portal.tenancy.context import request_context

MOST_SHOWN = 100

DOCTORS = text("""
    SELECT format('slots %s and %s of doctor %s overlap', a.id, b.id, a.doctor_id)
      FROM availability_slots a
      JOIN availability_slots b
        ON b.tenant_id = a.tenant_id AND b.doctor_id = a.doctor_id AND b.id > a.id
       AND b.busy_from < a.busy_until AND b.busy_until > a.busy_from
     WHERE a.tenant_id = :tenant_id AND NOT a.overbooked AND NOT b.overbooked
       AND (a.booked_count > 0 OR a.status = 'reserved')
       AND (b.booked_count > 0 OR b.status = 'reserved')
     ORDER BY a.id, b.id LIMIT :limit
""")

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

PATIENTS = text("""
    SELECT format('appointments %s and %s of one patient overlap', a.id, b.id)
      FROM appointments a
      JOIN appointments b
        ON b.tenant_id = a.tenant_id AND b.patient_id = a.patient_id AND b.id > a.id
       AND b.start_at < a.end_at AND b.end_at > a.start_at
     WHERE a.tenant_id = :tenant_id
       AND a.status IN ('scheduled', 'checked_in', 'in_progress')
       AND b.status IN ('scheduled', 'checked_in', 'in_progress')
     ORDER BY a.id, b.id LIMIT :limit
""")

# A visit cancelled when it was over keeps its seat.
SEATS = text("""
    SELECT format('slot %s counts %s of %s seats taken, its visits %s', s.id, s.booked_count,
                  s.capacity, count(a.id))
      FROM availability_slots s
      LEFT JOIN appointments a
        ON a.tenant_id = s.tenant_id AND a.availability_slot_id = s.id
       AND (a.status <> 'cancelled' OR a.finished_at >= a.end_at)
     WHERE s.tenant_id = :tenant_id
     GROUP BY s.tenant_id, s.id
    HAVING s.booked_count <> count(a.id) OR s.booked_count > s.capacity
     ORDER BY s.id LIMIT :limit
""")

SLOTS = text("""
    SELECT format('slot %s is %s with %s of %s seats taken', id, status, booked_count, capacity)
      FROM availability_slots
     WHERE tenant_id = :tenant_id
       AND (status = 'booked') <> (booked_count = capacity)
        OR (tenant_id = :tenant_id AND status IN ('reserved', 'cancelled') AND booked_count > 0)
     ORDER BY id LIMIT :limit
""")

STATUSES = text("""
    SELECT format('appointment %s is %s, which its times deny', id, status)
      FROM appointments
     WHERE tenant_id = :tenant_id
       AND CASE status
             WHEN 'scheduled' THEN num_nonnulls(checked_in_at, started_at, finished_at) > 0
             WHEN 'checked_in' THEN checked_in_at IS NULL OR finished_at IS NOT NULL
             WHEN 'in_progress' THEN started_at IS NULL OR finished_at IS NOT NULL
             ELSE finished_at IS NULL END
     ORDER BY id LIMIT :limit
""")

STEP_STATUSES = text("""
    SELECT format('appointment %s is %s, which its steps deny', a.id, a.status)
      FROM appointments a
      JOIN appointment_steps s ON s.tenant_id = a.tenant_id AND s.appointment_id = a.id
       AND s.replaced_at IS NULL
     WHERE a.tenant_id = :tenant_id
     GROUP BY a.tenant_id, a.id
    HAVING count(*) FILTER (WHERE s.status = 'in_progress')
               > CASE a.status WHEN 'in_progress' THEN 1 ELSE 0 END
        OR (a.status IN ('completed', 'no_show', 'cancelled')
            AND count(*) FILTER (WHERE s.status = 'scheduled') > 0)
        OR (a.status IN ('scheduled', 'checked_in')
            AND count(*) FILTER (WHERE s.status IN ('completed', 'no_show')) > 0)
     ORDER BY a.id LIMIT :limit
""")

STEPS = text("""
    SELECT DISTINCT format('appointment %s has steps out of order or outside its time', id)
      FROM (SELECT a.id, a.start_at, a.end_at, s.scheduled_start_at, s.scheduled_end_at,
                   lag(s.scheduled_end_at, 1, a.start_at) OVER (
                       PARTITION BY a.id ORDER BY s.position, s.id) AS reach
              FROM appointments a
              JOIN appointment_steps s ON s.tenant_id = a.tenant_id AND s.appointment_id = a.id
       AND s.replaced_at IS NULL
             WHERE a.tenant_id = :tenant_id) AS step
     WHERE scheduled_start_at <> reach OR scheduled_end_at > end_at
     ORDER BY 1 LIMIT :limit
""")

MINUTES = text("""
    SELECT format('appointment %s is not as long as its steps', a.id)
      FROM appointments a
      LEFT JOIN appointment_steps s ON s.tenant_id = a.tenant_id AND s.appointment_id = a.id
       AND s.replaced_at IS NULL
     WHERE a.tenant_id = :tenant_id
     GROUP BY a.tenant_id, a.id
    HAVING COALESCE(sum(s.scheduled_end_at - s.scheduled_start_at), interval '0')
               <> a.end_at - a.start_at
     ORDER BY a.id LIMIT :limit
""")

WITHOUT_SLOT = text("""
    SELECT format('appointment %s has no slot of its own', a.id)
      FROM appointments a
      LEFT JOIN availability_slots s ON s.tenant_id = a.tenant_id AND s.id = a.availability_slot_id
     WHERE a.tenant_id = :tenant_id AND a.status <> 'cancelled'
       AND (s.id IS NULL OR s.overbooked <> a.overbooked)
     ORDER BY a.id LIMIT :limit
""")

# A visit that was moved keeps the workflow it was booked with, of another doctor of the service.
SERVICES = text("""
    SELECT format('appointment %s is not where its service is offered', a.id)
      FROM appointments a
      JOIN service_offerings o ON o.tenant_id = a.tenant_id AND o.id = a.service_offering_id
      JOIN service_workflows w ON w.tenant_id = a.tenant_id AND w.id = a.service_workflow_id
      JOIN service_offerings b ON b.tenant_id = w.tenant_id AND b.id = w.service_offering_id
     WHERE a.tenant_id = :tenant_id
       AND (a.doctor_id <> o.doctor_id OR a.facility_id <> o.facility_id
            OR b.service_id <> o.service_id)
     ORDER BY a.id LIMIT :limit
""")

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
