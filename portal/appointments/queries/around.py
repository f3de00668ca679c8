"""A patient's context for a booking: appointments to come, doctors who saw them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import text

from portal import clock
from portal.db import pipeline, session
from portal.sql import statement
from portal.tenancy.context import request_context

MOST_COMING = 4
MOST_SEEN_BY = 60
MOST_WAITING = 20

COMING = statement("appointments/coming_visits", several=False)
COMING_SOON = statement("appointments/coming_visits", several=True)

SEEN_BY = statement("appointments/seen_by")

WAITING = text("""
    SELECT id, service_id, latest_on
      FROM waitlist_entries
     WHERE tenant_id = :tenant_id AND patient_id = :patient_id AND status = 'waiting'
       AND latest_on >= (CAST(:now AS timestamptz) - interval '12 hours')::date
     ORDER BY latest_on, id
     LIMIT :waiting
""")
PLANS = statement("appointments/plans_of_patient")


class ComingVisit(NamedTuple):
    """An appointment that is still to come, or under way."""

    id: int
    start_at: datetime
    end_at: datetime
    status: str
    doctor: str
    service: str
    facility: str
    zone: str


class SeenBy(NamedTuple):
    """How often a doctor saw the patient for a service, and when last."""

    doctor_id: int
    doctor: str
    specialty: str | None
    service_id: int
    visits: int
    last_at: datetime


class Waiting(NamedTuple):
    """An entry on the waitlist."""

    id: int
    service_id: int
    latest_on: date


@dataclass(frozen=True)
class Around:
    """Appointments to come, the next first; doctors seen, the latest first; waitlist entries."""

    coming: Sequence[ComingVisit] = ()
    seen_by: Sequence[SeenBy] = ()
    waiting: Sequence[Waiting] = ()

    @property
    def usual_doctor(self) -> str | None:
        """Who saw the patient most; of two, who did last."""
        visits: dict[int, int] = {}
        for each in self.seen_by:
            visits[each.doctor_id] = visits.get(each.doctor_id, 0) + each.visits
        most = max(visits, key=visits.__getitem__, default=None)
        return next((each.doctor for each in self.seen_by if each.doctor_id == most), None)


def around_patient(patient_id: int) -> Around:
    """A patient's context for a booking, in one round trip."""
    values = {
        "tenant_id": request_context().tenant_id, "patient_id": patient_id, "now": clock.now(),
        "coming": MOST_COMING, "seen_by": MOST_SEEN_BY, "waiting": MOST_WAITING,
    }  # fmt: skip
    coming, seen_by, waiting = pipeline((COMING, values), (SEEN_BY, values), (WAITING, values))
    return Around(
        [ComingVisit._make(row) for row in coming],
        [SeenBy._make(row) for row in seen_by],
        [Waiting._make(row) for row in waiting],
    )


def coming_soon(patient_ids: Sequence[int]) -> dict[int, list[ComingVisit]]:
    """Appointments within a day, the next first, by patient."""
    now = clock.now()
    values = {
        "tenant_id": request_context().tenant_id, "patient_ids": list(patient_ids), "now": now,
        "until": now + timedelta(days=1), "coming": MOST_COMING * len(patient_ids),
    }  # fmt: skip
    found: dict[int, list[ComingVisit]] = {}
    for whose, *visit in session.execute(COMING_SOON, values):
        found.setdefault(whose, []).append(ComingVisit._make(visit))
    return found


def list_patient_plan_ids(patient_id: int, *, limit: int = 5) -> list[int]:
    """The patient's own plan first, then those of their latest appointments."""
    values = {"tenant_id": request_context().tenant_id, "patient_id": patient_id, "limit": limit}
    return [row.plan_id for row in session.execute(PLANS, values)]
