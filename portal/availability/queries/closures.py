"""Which doctors are away from a facility for whole days."""

from collections.abc import Sequence

from sqlalchemy import text

from portal.db import session
from portal.scheduling.times import Span
from portal.tenancy.context import request_context

AWAY = text("""
    SELECT DISTINCT d.number, e.doctor_id
      FROM unnest(CAST(:starts AS timestamptz[]), CAST(:ends AS timestamptz[]))
           WITH ORDINALITY AS d (start_at, end_at, number)
      JOIN availability_exceptions e
        ON e.tenant_id = :tenant_id AND e.facility_id = :facility_id
       AND e.type IN ('blocked', 'emergency') AND e.availability_rule_id IS NULL
       AND e.start_at <= d.start_at AND e.end_at >= d.end_at
""")


def doctors_away(facility_id: int, days: Sequence[Span]) -> list[set[int]]:
    """For each of the days: the ids of the doctors with an absence that covers all of it."""
    away: list[set[int]] = [set() for _ in days]
    values = {
        "tenant_id": request_context().tenant_id,
        "facility_id": facility_id,
        "starts": [day.start for day in days],
        "ends": [day.end for day in days],
    }
    for number, doctor_id in session.execute(AWAY, values):
        away[number - 1].add(doctor_id)
    return away
