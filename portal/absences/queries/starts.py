"""Starts on offer for many visits at once: one search, however many there are."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import text

from portal import clock
from portal.absences.rules import AffectedAppointment, Proposal
from portal.db import session
from portal.scheduling.openings.conditions import (
    ACTIVE,
    DOCTOR,
    FACILITY,
    LOCATION,
    SERVICE,
    workflow,
)
from portal.scheduling.openings.search import free_starts
from portal.tenancy.context import request_context

# How far from the visits other starts are looked for.
BEFORE, AFTER = timedelta(days=3), timedelta(days=28)
# Starts of each doctor that are looked at for a kind of visit: some, and more for more visits.
LEAST, FOR_EACH, MOST = 80, 4, 400
# Of a service's doctors at their facilities: the visits' own first, then those of their facilities.
MOST_OFFERINGS = 100

# As a search for one visit asks it (`portal.scheduling.openings.search`), for all kinds of visits
# together: the plan accepted on the date of service, and a workflow that answers.
OFFERED = f"""
WITH wanted AS (
    SELECT * FROM unnest(CAST(:numbers AS int[]), CAST(:service_ids AS bigint[]),
                         CAST(:plan_ids AS bigint[]), CAST(:minutes AS int[]),
                         CAST(:from_ats AS timestamptz[]), CAST(:until_ats AS timestamptz[]),
                         CAST(:mosts AS int[]))
        AS w (number, service_id, plan_id, minutes, from_at, until_at, most)
), near AS MATERIALIZED (
    SELECT w.*, o.id, o.doctor_id, o.facility_id, o.specialty, o.buffer_before_minutes,
           o.buffer_after_minutes, o.accepted_since, o.accepted_until
      FROM wanted w
     CROSS JOIN LATERAL (
           SELECT o.*, lower(btrim(d.specialty)) AS specialty
             FROM (SELECT o.*, taken.accepted_since, taken.accepted_until
                     FROM service_offerings o
                     LEFT JOIN facility_insurance_plans taken
                       ON taken.tenant_id = :tenant_id AND taken.facility_id = o.facility_id
                      AND taken.insurance_plan_id = w.plan_id AND taken.enabled
                    WHERE o.tenant_id = :tenant_id AND o.service_id = w.service_id
                      AND {ACTIVE.holds}
                      AND (w.plan_id IS NULL OR taken.insurance_plan_id IS NOT NULL)
                   OFFSET 0) AS o
             {DOCTOR.join()}
             {LOCATION.join()}
            ORDER BY o.doctor_id = ANY(CAST(:doctor_ids AS bigint[])) DESC,
                     o.facility_id = ANY(CAST(:facility_ids AS bigint[])) DESC, o.id
            LIMIT :most_offerings) AS o
), offered AS MATERIALIZED (
    SELECT o.number, o.most, o.id AS offering_id, o.doctor_id, o.facility_id, f.timezone AS zone,
           o.specialty,
           o.minutes * interval '1 minute' AS length,
           o.buffer_before_minutes * interval '1 minute' AS before,
           o.buffer_after_minutes * interval '1 minute' AS after,
           GREATEST(o.from_at, local_instant(
               GREATEST(plan.effective_from, o.accepted_since), '00:00', f.timezone)) AS opens,
           LEAST(o.until_at, local_instant(
               LEAST(plan.effective_to, o.accepted_until) + 1, '00:00', f.timezone)) AS closes
      FROM near o
      {SERVICE.join()}
      {FACILITY.join()}
      LEFT JOIN insurance_plans plan ON plan.tenant_id = :tenant_id AND plan.id = o.plan_id
     WHERE EXISTS ({workflow("o.plan_id")})
)"""  # noqa: S608 - names of columns
STARTS = """
SELECT o.number, slot.id AS slot_id, o.offering_id, o.doctor_id, o.facility_id, slot.start_at,
       slot.start_at + o.length AS end_at, slot.start_at - o.before AS busy_from,
       slot.start_at + o.length + o.after AS busy_until, slot.seats, o.zone,
       o.specialty
  FROM offered o
 CROSS JOIN LATERAL (
       SELECT s.id, s.start_at, s.capacity - s.booked_count AS seats{free}
        LIMIT o.most) AS slot
 ORDER BY o.number, slot.start_at, o.doctor_id, o.facility_id, o.offering_id, slot.id"""
SEARCH = text(" ".join("".join((OFFERED, STARTS.format(free=free_starts()))).split()))


def starts_for(
    visits: Sequence[AffectedAppointment], *, soonest: datetime
) -> dict[tuple[int, int | None, int], list[Proposal]]:
    """The openings for each kind of visit: its service, its plan, its minutes.

    Args:
        visits: which need another start.
        soonest: nobody can come before then.
    """
    counted = Counter(visit.kind for visit in visits)
    kinds = sorted(counted, key=repr)
    first: dict[object, list[AffectedAppointment]] = defaultdict(list)
    for visit in visits:
        first[visit.kind].append(visit)
    values = {
        "tenant_id": request_context().tenant_id, "user_id": request_context().user_id,
        "now": clock.now(),
        "doctor_ids": sorted({each.doctor_id for each in visits}),
        "facility_ids": sorted({each.facility_id for each in visits}),
        "most_offerings": MOST_OFFERINGS,
        "numbers": list(range(len(kinds))),
        "service_ids": [kind[0] for kind in kinds], "plan_ids": [kind[1] for kind in kinds],
        "minutes": [kind[2] for kind in kinds],
        "from_ats": [
            max(soonest, min(each.start_at for each in first[kind]) - BEFORE) for kind in kinds
        ],
        "until_ats": [max(each.start_at for each in first[kind]) + AFTER for kind in kinds],
        "mosts": [min(LEAST + FOR_EACH * counted[kind], MOST) for kind in kinds],
    }  # fmt: skip
    found: dict[tuple[int, int | None, int], list[Proposal]] = {kind: [] for kind in kinds}
    for number, *columns in session.execute(SEARCH, values):
        found[kinds[number]].append(Proposal._make(columns))
    return {kind: _one_a_start(proposals) for kind, proposals in found.items()}


def _one_a_start(proposals: Sequence[Proposal]) -> list[Proposal]:
    """Of two slots of a doctor at one time that of the offering's own comes first, and is kept."""
    kept: dict[tuple[object, ...], Proposal] = {}
    for each in proposals:
        kept.setdefault((each.start_at, each.doctor_id, each.offering_id), each)
    return list(kept.values())
