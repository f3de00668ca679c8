"""Invariants of hours and starts, checked by reading."""

from collections.abc import Sequence

from portal import clock
from portal.availability.queries.weekly import batches, horizon_days
from portal.db import session
from portal.sql import statement
from portal.tenancy.context import request_context

MOST_SHOWN = 100

FREE = statement("availability/starts_no_hours_give")
STRANGE = statement("availability/hours_of_others")


def starts_that_no_hours_give() -> Sequence[str]:
    """Starts that are free although no rule supports them, or missing although one does."""
    found: list[str] = []
    for doctor_ids in batches():
        values = {
            "tenant_id": request_context().tenant_id, "now": clock.now(), "facility_id": None,
            "doctor_ids": list(doctor_ids), "first_date": None, "last_date": None,
            "horizon_days": horizon_days(), "limit": MOST_SHOWN,
        }  # fmt: skip
        found += session.scalars(FREE, values)
    return found[:MOST_SHOWN]


def hours_of_anothers_service() -> Sequence[str]:
    """Rules and starts that are kept for a service of another doctor or facility."""
    values = {"tenant_id": request_context().tenant_id, "limit": MOST_SHOWN}
    return session.scalars(STRANGE, values).all()
