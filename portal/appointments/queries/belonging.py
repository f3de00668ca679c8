"""That visits, their slots, steps, doctors and services belong together, checked by reading."""

from collections.abc import Sequence

from sqlalchemy import TextClause, text

from portal.db import session
from portal.tenancy.context import request_context

MOST_SHOWN = 100

SLOTS = text("""
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

STEPS = text("""
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


def visits_without_a_slot() -> Sequence[str]:
    """Visits that stand in no slot, or are squeezed in where their slot says they are not."""
    return _broken(SLOTS)


def visits_of_another_service() -> Sequence[str]:
    """Visits whose doctor, facility or workflow is not that of their service."""
    return _broken(SERVICES)


def steps_of_another_workflow() -> Sequence[str]:
    """Visits with steps that are not those of the workflow they were booked with."""
    return _broken(STEPS)


def seats_held() -> Sequence[str]:
    """Group slots that somebody holds: their seats are counted, not held."""
    return _broken(HOLDS)


def _broken(query: TextClause) -> Sequence[str]:
    values = {"tenant_id": request_context().tenant_id, "limit": MOST_SHOWN}
    return session.scalars(query, values).all()
