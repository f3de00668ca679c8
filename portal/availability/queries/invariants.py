"""Invariants of hours and starts, checked by reading."""

from collections.abc import Sequence

from sqlalchemy import text

from portal import clock
from portal.availability.queries.difference import DIFFERENCE
from portal.availability.queries.weekly import batches, horizon_days
from portal.db import session
from portal.sql import statement
from portal.tenancy.context import request_context

MOST_SHOWN = 100

# What materialising would still change. Days that no slot has been made for yet are the worker's
# next round; a slot that was made for one visit, or was last changed while somebody had it, waits
# for that round too, and is not on offer until then.
DISAGREEING = """
SELECT format('doctor %s at facility %s, %s: %s', d.doctor_id, d.facility_id, d.start_at, d.action)
  FROM difference d
  LEFT JOIN availability_slots s ON s.tenant_id = :tenant_id AND s.id = d.slot_id
 WHERE CASE d.action
         WHEN 'added' THEN EXISTS (
              SELECT 1 FROM availability_slots later
               WHERE later.tenant_id = :tenant_id AND later.doctor_id = d.doctor_id
                 AND later.facility_id = d.facility_id
                 AND later.start_at >= d.start_at + interval '1 day'
                 AND later.created_from_rule_id IS NOT NULL)
         WHEN 'withdrawn' THEN s.orphaned_at IS NULL
         WHEN 'reopened' THEN s.created_from_rule_id IS NOT NULL AND s.orphaned_at IS NULL
         WHEN 'orphaned' THEN s.booked_count > 0
         ELSE d.action = 'adopted' END
 ORDER BY d.doctor_id, d.start_at, d.facility_id
 LIMIT :limit
"""
FREE = text("".join((DIFFERENCE, DISAGREEING)))

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
