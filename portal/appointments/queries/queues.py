"""Who could see a walk-in now, and how many are waiting for each."""

from typing import NamedTuple

from portal import clock
from portal.db import session
from portal.scheduling.openings.conditions import ACTIVE, DOCTOR, LOCATION
from portal.scheduling.slots.predicates import is_supported
from portal.sql import statement
from portal.tenancy.context import request_context

MOST_DOCTORS = 60

QUEUES = statement(
    "appointments/walk_in_queues",
    active=ACTIVE,
    doctor=DOCTOR,
    location=LOCATION,
    is_supported=is_supported,
)


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
