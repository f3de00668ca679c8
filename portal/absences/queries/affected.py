"""The visits that are booked while a doctor is away, and what else their patients have then."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from sqlalchemy import text

from portal import clock
from portal.absences.rules import AffectedAppointment
from portal.db import session
from portal.scheduling.times import Span
from portal.sql import statement
from portal.tenancy.context import request_context

AFFECTED = statement("absences/affected_visits")
THOSE = statement("absences/visits_not_begun")
ELSEWHERE = text("""
    SELECT patient_id, start_at, end_at
      FROM appointments
     WHERE tenant_id = :tenant_id AND patient_id = ANY(CAST(:patient_ids AS bigint[]))
       AND NOT id = ANY(CAST(:ids AS bigint[]))
       AND status IN ('scheduled', 'checked_in', 'in_progress') AND end_at > :now
     ORDER BY start_at, id
""")


def list_affected(
    doctor_id: int, spans: Mapping[int, Span], *, limit: int, begun: bool = False
) -> list[AffectedAppointment]:
    """A doctor's visits that touch a span of their facility, earliest first.

    Args:
        doctor_id: who is away.
        spans: when, by the facility's id.
        limit: the most to list.
        begun: those that are under way, instead of those that have not begun.
    """
    there = sorted(spans)
    values = {
        "tenant_id": request_context().tenant_id, "doctor_id": doctor_id, "now": clock.now(),
        "limit": limit,
        "facility_ids": there, "starts": [spans[each].start for each in there],
        "ends": [spans[each].end for each in there],
        "statuses": ["in_progress"] if begun else ["scheduled", "checked_in"],
    }  # fmt: skip
    return [AffectedAppointment._make(row) for row in session.execute(AFFECTED, values)]


def list_those(ids: Sequence[int]) -> list[AffectedAppointment]:
    """Those of these visits that have not begun, earliest first."""
    values = {"tenant_id": request_context().tenant_id, "ids": list(ids)}
    return [AffectedAppointment._make(row) for row in session.execute(THOSE, values)]


def other_visits(visits: Sequence[AffectedAppointment]) -> dict[int, list[Span]]:
    """When the patients of these visits are expected for something else."""
    values = {
        "tenant_id": request_context().tenant_id, "now": clock.now(),
        "ids": [each.id for each in visits],
        "patient_ids": [each.patient_id for each in visits],
    }  # fmt: skip
    found: dict[int, list[Span]] = defaultdict(list)
    for row in session.execute(ELSEWHERE, values):
        found[row.patient_id].append(Span(row.start_at, row.end_at))
    return found
