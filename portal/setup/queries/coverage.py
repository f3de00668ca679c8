"""What can be booked, and what stands in the way: every offering for every plan and self-pay.

A start is looked for with the very conditions of the booking's search, once for all plans under
which the visit has the same length and dates.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import NamedTuple

from sqlalchemy import TextClause, text

from portal import clock
from portal.appointments.queries.offers import HORIZON
from portal.appointments.queries.search import free_starts
from portal.db import session
from portal.tenancy.context import facts

MOST_NAMED = 4

# Who offers what where at present, with the place and the usual workflow it would be booked under.
OFFERED = """
WITH offered AS MATERIALIZED (
    SELECT o.id AS offering_id, o.service_id, o.doctor_id, o.facility_id, f.timezone AS zone,
           d.last_name, d.first_name, d.display_name AS doctor, s.name AS service,
           f.name AS facility, p.id AS place_id, p.active AS placed,
           usual.total_estimated_minutes AS usual_minutes,
           o.buffer_before_minutes * interval '1 minute' AS before,
           o.buffer_after_minutes * interval '1 minute' AS after,
           (CAST(:now AS timestamptz) AT TIME ZONE f.timezone)::date AS today
      FROM service_offerings o
      JOIN services s ON s.tenant_id = :tenant_id AND s.id = o.service_id AND s.deleted_at IS NULL
      JOIN doctors d ON d.tenant_id = :tenant_id AND d.id = o.doctor_id AND d.deleted_at IS NULL
      JOIN facilities f ON f.tenant_id = :tenant_id AND f.id = o.facility_id
                       AND f.deleted_at IS NULL
      LEFT JOIN facility_doctors p ON p.tenant_id = :tenant_id AND p.facility_id = o.facility_id
                                  AND p.doctor_id = o.doctor_id
      LEFT JOIN service_workflows usual
        ON usual.tenant_id = :tenant_id AND usual.service_offering_id = o.id AND usual.active
       AND usual.insurance_plan_id IS NULL AND usual.total_estimated_minutes > 0
     WHERE o.tenant_id = :tenant_id AND o.active{narrowed}
),"""

# Whoever pays: patients themselves, and the plans in effect that some facility accepts.
PAYERS = """
payer AS MATERIALIZED (
    SELECT CAST(NULL AS bigint) AS plan_id, CAST(NULL AS text) AS name,
           CAST(NULL AS date) AS effective_from, CAST(NULL AS date) AS effective_to
     UNION ALL
    SELECT y.id, y.name, y.effective_from, y.effective_to
      FROM insurance_plans y
     WHERE y.tenant_id = :tenant_id
       AND (y.effective_to IS NULL OR y.effective_to >= CAST(:now AS timestamptz)::date - 1)
       AND EXISTS (SELECT 1 FROM facility_insurance_plans a
                    WHERE a.tenant_id = :tenant_id AND a.insurance_plan_id = y.id AND a.enabled
                      AND (a.accepted_until IS NULL
                           OR a.accepted_until >= CAST(:now AS timestamptz)::date - 1))
),"""

PAIRS = """
pair AS MATERIALIZED (
    SELECT each.*, CASE
             WHEN plan_id IS NULL THEN NULL
             WHEN enabled IS NOT TRUE THEN 'not_accepted'
             WHEN accepted_until < today THEN 'contract_ended'
             WHEN effective_to < today THEN 'plan_ended'
             WHEN first_day > last_day THEN 'dates_apart' END AS cover
      FROM (SELECT o.offering_id, o.today, o.place_id, o.placed, y.plan_id, y.name, y.effective_to,
                   t.enabled, t.accepted_until,
                   COALESCE(own.total_estimated_minutes, o.usual_minutes) AS minutes,
                   GREATEST(o.today, y.effective_from, t.accepted_since) AS first_day,
                   LEAST(o.today + CAST(:days AS int) - 1, y.effective_to, t.accepted_until)
                       AS last_day
              FROM offered o CROSS JOIN payer y
              LEFT JOIN service_workflows own
                ON own.tenant_id = :tenant_id AND own.service_offering_id = o.offering_id
               AND own.active AND own.total_estimated_minutes > 0
               AND own.insurance_plan_id = y.plan_id
              LEFT JOIN facility_insurance_plans t
                ON t.tenant_id = :tenant_id AND t.facility_id = o.facility_id
               AND t.insurance_plan_id = y.plan_id) AS each
),"""

# The earliest start for each length and span of days, or why there is none.
FOUND = """
found AS MATERIALIZED (
    SELECT o.offering_id, o.minutes, o.first_day, o.last_day, start.start_at,
           CASE WHEN start.id IS NULL THEN why.problem END AS problem
      FROM (SELECT asked.*, w.doctor_id, w.facility_id, w.zone, w.before, w.after,
                   asked.minutes * interval '1 minute' AS length,
                   local_instant(asked.first_day, '00:00', w.zone) AS opens,
                   local_instant(asked.last_day + 1, '00:00', w.zone) AS closes
              FROM (SELECT DISTINCT offering_id, minutes, first_day, last_day FROM pair
                     WHERE placed AND minutes IS NOT NULL AND cover IS NULL) AS asked
              JOIN offered w USING (offering_id)) AS o
      LEFT JOIN LATERAL (SELECT s.id, s.start_at{free} LIMIT 1) AS start ON true
      LEFT JOIN LATERAL (
           SELECT CASE WHEN start.id IS NULL AND s.starts = 0 AND NOT EXISTS (
                           SELECT 1 FROM availability_rules r
                            WHERE r.tenant_id = :tenant_id AND r.doctor_id = o.doctor_id
                              AND r.facility_id = o.facility_id AND r.active
                              AND (r.service_offering_id IS NULL
                                   OR r.service_offering_id = o.offering_id)
                              AND (r.valid_from IS NULL OR r.valid_from <= o.last_day)
                              AND (r.valid_to IS NULL OR r.valid_to >= o.first_day))
                       THEN 'no_hours'
                       WHEN s.starts = 0 THEN 'no_slots'
                       WHEN s.free > 0 THEN 'does_not_fit'
                       ELSE 'full' END AS problem
             FROM (SELECT count(*) AS starts,
                          count(*) FILTER (WHERE u.status = 'open' AND u.booked_count < u.capacity)
                              AS free
                     FROM availability_slots u
                    WHERE start.id IS NULL
                      AND u.tenant_id = :tenant_id AND u.doctor_id = o.doctor_id
                      AND u.facility_id = o.facility_id AND u.start_at >= o.opens
                      AND u.start_at < o.closes AND u.start_at > CAST(:now AS timestamptz)
                      AND u.status <> 'cancelled' AND u.orphaned_at IS NULL AND NOT u.overbooked
                      AND (u.service_offering_id IS NULL
                           OR u.service_offering_id = o.offering_id)) AS s
           ) AS why ON start.id IS NULL
),"""

# Plans with the same problems stand together.
ROWS = """
judged AS (
    SELECT p.offering_id, p.plan_id, p.name, f.start_at,
           array_remove(ARRAY[
               CASE WHEN p.place_id IS NULL THEN 'no_place'
                    WHEN NOT p.placed THEN 'place_ended' END,
               CASE WHEN p.minutes IS NULL THEN 'no_workflow' END,
               p.cover, f.problem], NULL) AS problems
      FROM pair p
      LEFT JOIN found f ON f.offering_id = p.offering_id AND f.minutes = p.minutes
                       AND f.first_day = p.first_day AND f.last_day = p.last_day
                       AND p.cover IS NULL AND p.placed
)
SELECT o.offering_id, o.doctor_id, o.facility_id, o.service_id, o.place_id, o.doctor, o.facility,
       o.service, o.zone, j.problems, j.self_pay, j.plans, j.names, j.plan_id, j.start_at
  FROM (SELECT offering_id, problems, bool_or(plan_id IS NULL) AS self_pay,
               count(plan_id) AS plans, min(plan_id) AS plan_id, min(start_at) AS start_at,
               (array_agg(name ORDER BY name, plan_id) FILTER (WHERE plan_id IS NOT NULL))
                   [1:{most}] AS names
          FROM judged WHERE {shown}
         GROUP BY offering_id, problems) AS j
  JOIN offered o USING (offering_id)
 ORDER BY o.last_name, o.first_name, o.doctor_id, o.facility, o.service, o.offering_id, j.problems
 LIMIT :rows OFFSET :offset"""

NARROWED = {
    "doctor_id": " AND o.doctor_id = :doctor_id",
    "facility_id": " AND o.facility_id = :facility_id",
}
SHOWN = {
    # a plan that a facility does not accept is most often meant so
    "": "problems <> '{}' AND problems <> ARRAY['not_accepted']",
    "any": "problems <> '{}'",
    "none": "problems = '{}'",
}


@dataclass(frozen=True)
class Asked:
    """Which part is looked at.

    Attributes:
        problem: one problem's code, `any`, `none` (what can be booked), or empty: any but a plan
            that the facility does not accept.
    """

    facility_id: int | None = None
    doctor_id: int | None = None
    problem: str = ""


class Coverage(NamedTuple):
    """An offering and those for whom it stands alike.

    Attributes:
        problems: codes, all of which stand in the way; none: it can be booked.
        plans: how many plans, of which `names` are the first by name and `plan_id` is one.
        start_at: the earliest start on offer.
    """

    offering_id: int
    doctor_id: int
    facility_id: int
    service_id: int
    place_id: int | None
    doctor: str
    facility: str
    service: str
    zone: str
    problems: Sequence[str]
    self_pay: bool
    plans: int
    names: Sequence[str] | None
    plan_id: int | None
    start_at: datetime | None


def coverage(asked: Asked, *, limit: int = 51, offset: int = 0) -> list[Coverage]:
    """What can or cannot be booked, by doctor, facility and service; in one statement."""
    known = facts()
    given = frozenset(name for name in NARROWED if getattr(asked, name) is not None)
    values = {
        "tenant_id": known.tenant_id, "user_id": known.user_id, "now": clock.now(),
        "days": HORIZON, "rows": limit, "offset": offset, "problem": asked.problem,
    } | {name: getattr(asked, name) for name in given}  # fmt: skip
    statement = _statement(given, asked.problem if asked.problem in SHOWN else "one")
    return [Coverage._make(row) for row in session.execute(statement, values)]


@cache
def _statement(given: frozenset[str], shown: str) -> TextClause:
    narrowed = "".join(NARROWED[name] for name in sorted(given))
    of = SHOWN.get(shown, "CAST(:problem AS text) = ANY(problems)")
    parts = (
        OFFERED.format(narrowed=narrowed), PAYERS, PAIRS, FOUND.format(free=free_starts()),
        ROWS.format(shown=of, most=MOST_NAMED),
    )  # fmt: skip
    return text(" ".join("".join(parts).split()))
