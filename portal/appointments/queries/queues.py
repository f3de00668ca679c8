"""Who could see a walk-in now, and how many are waiting for each."""

from typing import NamedTuple

from sqlalchemy import text

from portal import clock
from portal.db import session
from portal.scheduling.openings.conditions import ACTIVE, DOCTOR, LOCATION
from portal.scheduling.slots.predicates import is_supported
from portal.tenancy.context import request_context

MOST_DOCTORS = 60

# Whoever has a slot that is under way, or begins within the half hour, works now.
QUEUES = text(f"""
    SELECT d.id AS doctor_id, d.display_name AS doctor,
           EXISTS (SELECT 1 FROM availability_slots s
                    WHERE s.tenant_id = :tenant_id AND s.doctor_id = d.id
                      AND s.facility_id = :facility_id AND s.status <> 'cancelled'
                      AND {is_supported("s")}
                      AND s.start_at > CAST(:now AS timestamptz) - interval '24 hours'
                      AND s.start_at <= CAST(:now AS timestamptz) + interval '30 minutes'
                      AND s.end_at > CAST(:now AS timestamptz)) AS works,
           COALESCE(here.waiting, 0) AS waiting, COALESCE(here.begun, 0) AS begun
      FROM service_offerings o
      {DOCTOR.join()}
      {LOCATION.join()}
      LEFT JOIN LATERAL (
           SELECT count(*) FILTER (WHERE a.status = 'checked_in') AS waiting,
                  count(*) FILTER (WHERE a.status = 'in_progress') AS begun
             FROM appointments a
            WHERE a.tenant_id = :tenant_id AND a.doctor_id = d.id AND a.facility_id = :facility_id
              AND a.status IN ('checked_in', 'in_progress')
              AND a.start_at > CAST(:now AS timestamptz) - interval '24 hours'
              AND a.start_at < CAST(:now AS timestamptz) + interval '24 hours') here ON true
     WHERE o.tenant_id = :tenant_id AND o.facility_id = :facility_id
       AND o.service_id = :service_id AND {ACTIVE.holds}
     ORDER BY works DESC, COALESCE(here.waiting, 0) + COALESCE(here.begun, 0),
              d.last_name, d.first_name, d.id
     LIMIT :limit
""")  # noqa: S608 - names of columns


class Queue(NamedTuple):
    """A doctor and who is with them or waits for them now."""

    doctor_id: int
    doctor: str
    works: bool
    waiting: int
    begun: int


def list_queues(facility_id: int, service_id: int) -> list[Queue]:
    """Who offers the service there: who works now first, of them the shortest queue first."""
    values = {
        "tenant_id": request_context().tenant_id, "facility_id": facility_id,
        "service_id": service_id,
        "now": clock.now(), "limit": MOST_DOCTORS,
    }  # fmt: skip
    return [Queue._make(row) for row in session.execute(QUEUES, values)]
