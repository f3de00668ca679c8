"""The visits that are booked while a doctor is away, and what else their patients have then."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from sqlalchemy import text

from portal import clock
from portal.absences.rules import AffectedAppointment
from portal.db import session
from portal.scheduling.times import Span
from portal.tenancy.context import request_context

# Who else saw the patient last for the same service.
SEEN_BY = """
      JOIN doctors d ON d.tenant_id = :tenant_id AND d.id = a.doctor_id
      LEFT JOIN LATERAL (
           SELECT b.doctor_id
             FROM appointments b
             JOIN service_offerings bo ON bo.tenant_id = :tenant_id
                                      AND bo.id = b.service_offering_id
            WHERE b.tenant_id = :tenant_id AND b.patient_id = a.patient_id
              AND b.status = 'completed' AND bo.service_id = o.service_id
              AND b.doctor_id <> a.doctor_id
            ORDER BY b.start_at DESC, b.id DESC
            LIMIT 1) AS seen ON true"""
COLUMNS = """
    SELECT a.id, a.patient_id, a.doctor_id, a.facility_id, a.service_offering_id AS offering_id,
           o.service_id, a.insurance_plan_id AS plan_id, a.availability_slot_id AS slot_id,
           a.start_at, a.end_at, a.status, lower(btrim(d.specialty)) AS specialty,
           seen.doctor_id AS seen_by"""

# A visit's slot begins with it; where the slot is longer than the visit, it is the slot that the
# absence takes away. No visit takes longer than 32 hours.
AFFECTED = text(f"""{COLUMNS}
      FROM unnest(CAST(:facility_ids AS bigint[]), CAST(:starts AS timestamptz[]),
                  CAST(:ends AS timestamptz[])) AS away (facility_id, start_at, end_at)
      JOIN appointments a ON a.tenant_id = :tenant_id AND a.doctor_id = :doctor_id
                         AND a.facility_id = away.facility_id
                         AND a.start_at > away.start_at - interval '36 hours'
                         AND a.start_at < away.end_at
      JOIN service_offerings o ON o.tenant_id = :tenant_id AND o.id = a.service_offering_id
      LEFT JOIN availability_slots s ON s.tenant_id = :tenant_id AND s.id = a.availability_slot_id
      {SEEN_BY}
     WHERE a.status = ANY(CAST(:statuses AS text[]))
       AND (a.end_at > :now OR a.status <> 'scheduled')
       AND GREATEST(a.end_at, s.end_at) > away.start_at
     ORDER BY a.start_at, a.id
     LIMIT :limit
""")

THOSE = text(f"""{COLUMNS}
      FROM appointments a
      JOIN service_offerings o ON o.tenant_id = :tenant_id AND o.id = a.service_offering_id
      {SEEN_BY}
     WHERE a.tenant_id = :tenant_id AND a.id = ANY(CAST(:ids AS bigint[]))
       AND a.status IN ('scheduled', 'checked_in')
     ORDER BY a.start_at, a.id
""")

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
