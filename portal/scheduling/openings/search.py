"""The search's SQL, put together for what is asked: only the conditions that hold narrow it.

A condition that is sometimes there ("the plan, if any") would keep the planner from an index, so
each shape of question is a statement of its own, which is prepared once.

Times are compared by btree alone, and the correlated parts stay subqueries (OFFSET 0): pulled up
into a join, the expressions around `s.start_at` would not be leakproof, and row security would
keep them from the index. Parameters: tenant_id, user_id, now, first_date, days, limit, minutes.
"""

from functools import cache

from sqlalchemy import TextClause, text

from portal.scheduling.openings.conditions import ACTIVE, OF_SLOT, STANDS_ON, every, workflow
from portal.scheduling.slots.predicates import busy_during, is_part_of_hours, taken_by_others

# The offerings, and what each has to stand on. The dates become instants once an offering, so that
# its starts are a range of the index.
OFFERED = """
offered AS MATERIALIZED (
    SELECT o.id AS offering_id, o.doctor_id, o.facility_id, f.timezone AS zone,
           w.id AS workflow_id,
           COALESCE(CAST(:minutes AS int), w.total_estimated_minutes) * interval '1 minute'
               AS length,
           o.buffer_before_minutes * interval '1 minute' AS before,
           o.buffer_after_minutes * interval '1 minute' AS after,
           local_instant(GREATEST({first_dates}), '00:00', f.timezone) AS opens,
           local_instant(LEAST({last_dates}) + 1, '00:00', f.timezone) AS closes
      FROM service_offerings o
      {stands_on}
      {plan}
     CROSS JOIN LATERAL (
           SELECT COALESCE(CAST(:first_date AS date),
                           (CAST(:now AS timestamptz) AT TIME ZONE f.timezone)::date) AS day
           ) AS first
     CROSS JOIN LATERAL ({workflow}) w
     WHERE o.tenant_id = :tenant_id AND {active}{offering}
)"""

# The plan on the date of service: in effect, and accepted by the facility.
PLAN = """JOIN insurance_plans plan ON plan.tenant_id = :tenant_id AND plan.id = :plan_id
      JOIN facility_insurance_plans taken
        ON taken.tenant_id = :tenant_id AND taken.facility_id = o.facility_id
       AND taken.insurance_plan_id = :plan_id AND taken.enabled"""

# Nothing the doctor is taken for, at any facility, overlaps the visit with its buffers.
CLEAR = f"""
NOT EXISTS (
    SELECT 1 FROM availability_slots t
     WHERE t.tenant_id = :tenant_id AND t.doctor_id = o.doctor_id AND t.id <> s.id
       AND {busy_during("t", "s.start_at - o.before", "s.start_at + o.length + o.after")}
       AND {taken_by_others("t")}
{{but}}    OFFSET 0)"""  # noqa: S608 - names of columns
# A visit that is moved is in nobody's way; those who share its slot still are.
BUT_ITS_OWN = "       AND (t.id <> :instead_of OR t.booked_count > 1)\n"

# The visit with its buffers lies inside the union of the doctor's slots there that day: no piece
# begins after all those before it have ended. Most visits fit their own slot and skip this.
COVERED = f"""
((o.before = interval '0' AND s.end_at >= s.start_at + o.length + o.after) OR (
    SELECT bool_and(piece.start_at <= COALESCE(piece.reach, s.start_at - o.before))
           AND max(piece.end_at) >= s.start_at + o.length + o.after
      FROM (SELECT u.start_at, u.end_at,
                   max(u.end_at) OVER (ORDER BY u.start_at, u.id
                       ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS reach
              FROM availability_slots u
             WHERE u.tenant_id = :tenant_id AND u.doctor_id = o.doctor_id
               AND u.facility_id = o.facility_id AND {is_part_of_hours("u")}
               AND u.start_at > s.start_at - o.before - interval '24 hours'
               AND u.start_at < s.start_at + o.length + o.after
               AND u.end_at > s.start_at - o.before
               AND (u.start_at AT TIME ZONE o.zone)::date
                   = (s.start_at AT TIME ZONE o.zone)::date) AS piece))"""  # noqa: S608

# The starts of one offering (`o`) that are free for a whole visit, the earliest first.
FREE = f"""
         FROM availability_slots s
        WHERE s.tenant_id = :tenant_id AND s.doctor_id = o.doctor_id
          AND s.start_at >= o.opens AND s.start_at < o.closes
          AND s.start_at > CAST(:now AS timestamptz){{start}}
          AND s.facility_id = o.facility_id AND NOT s.overbooked
          AND {every(OF_SLOT)}
          AND {{clear}}
          AND {{covered}}
        ORDER BY s.start_at, s.service_offering_id NULLS LAST, s.id"""

STARTS = """
SELECT slot.id AS slot_id, o.doctor_id, o.facility_id, o.offering_id, o.workflow_id,
       slot.start_at, slot.start_at + o.length AS end_at, o.zone,
       slot.start_at - o.before AS busy_from, slot.start_at + o.length + o.after AS busy_until
  FROM offered o
 CROSS JOIN LATERAL (
       SELECT s.id, s.start_at{free}
        LIMIT :limit) AS slot
 ORDER BY slot.start_at, o.doctor_id, o.facility_id, o.offering_id, slot.id
 LIMIT :limit"""

# What may narrow a search, and how.
OF_OFFERING = {
    "offering_id": " AND o.id = :offering_id",
    "service_id": " AND o.service_id = :service_id",
    "doctor_id": " AND o.doctor_id = :doctor_id",
    "facility_id": " AND o.facility_id = :facility_id",
}
OF_START = {
    "slot_id": " AND s.id = :slot_id",
    "from_at": " AND s.start_at >= :from_at",
    "until_at": " AND s.start_at <= :until_at",
    "on_dates": " AND (s.start_at AT TIME ZONE o.zone)::date = ANY (CAST(:on_dates AS date[]))",
    "time_from": " AND (s.start_at AT TIME ZONE o.zone)::time >= CAST(:time_from AS time)",
    "time_until": " AND (s.start_at AT TIME ZONE o.zone)::time < CAST(:time_until AS time)",
}


@cache
def search(given: frozenset[str]) -> TextClause:
    """The statement for the names of what is given of an `OpeningQuery`."""
    offered, starts = parts(given)
    # Without its indentation: a shorter text is sent.
    return text(" ".join(" ".join(("WITH", offered, starts)).split()))


def parts(given: frozenset[str]) -> tuple[str, str]:
    """The offerings, as a part of a WITH clause, and their starts, a query that asks them."""
    planned = "plan_id" in given
    first_dates = ["first.day"] + ["plan.effective_from", "taken.accepted_since"] * planned
    last_dates = ["first.day + CAST(:days AS int) - 1"]
    last_dates += ["plan.effective_to", "taken.accepted_until"] * planned
    offered = OFFERED.format(
        first_dates=", ".join(first_dates),
        last_dates=", ".join(last_dates),
        plan=PLAN if planned else "",
        stands_on=" ".join(each.join() for each in STANDS_ON),
        active=ACTIVE.holds,
        workflow=workflow(":plan_id" if planned else "NULL"),
        offering=_those(OF_OFFERING, given),
    )
    but = BUT_ITS_OWN if "instead_of" in given else ""
    return offered, STARTS.format(free=free_starts(_those(OF_START, given), but))


def free_starts(start: str = "", but: str = "") -> str:
    """The end of a search for an offering's free starts, after the columns."""
    return FREE.format(clear=CLEAR.format(but=but), covered=COVERED, start=start)


def _those(conditions: dict[str, str], given: frozenset[str]) -> str:
    return "".join(condition for name, condition in conditions.items() if name in given)
