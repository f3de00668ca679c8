"""What is on offer: starts at which a whole visit fits, under the plan that pays for it."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import text

from portal import clock
from portal.db import session
from portal.services.queries import list_workflow_steps
from portal.tenancy.context import facts

DEFAULT_DAYS = 14
DEFAULT_LIMIT = 60
NEAREST = 5
# Days: far enough for any horizon a tenant may set.
HORIZON = 2 * 366

# Every condition on the offering, its doctor's place, and the plan on the date of service. The
# dates become instants once an offering, so that the starts are searched by index alone.
OFFERED = """
WITH offered AS MATERIALIZED (
    SELECT o.id AS offering_id, o.doctor_id, o.facility_id, f.timezone AS zone,
           w.id AS workflow_id,
           COALESCE(CAST(:minutes AS int), w.total_estimated_minutes) * interval '1 minute'
               AS length,
           o.buffer_before_minutes * interval '1 minute' AS before,
           o.buffer_after_minutes * interval '1 minute' AS after,
           local_instant(GREATEST(first.day, plan.effective_from, taken.accepted_since),
                         '00:00', f.timezone) AS opens,
           local_instant(LEAST(first.day + CAST(:days AS int) - 1, plan.effective_to,
                               taken.accepted_until) + 1, '00:00', f.timezone) AS closes
      FROM service_offerings o
      JOIN services s ON s.tenant_id = o.tenant_id AND s.id = o.service_id
                     AND s.deleted_at IS NULL
      JOIN doctors d ON d.tenant_id = o.tenant_id AND d.id = o.doctor_id AND d.deleted_at IS NULL
      JOIN facilities f ON f.tenant_id = o.tenant_id AND f.id = o.facility_id
                       AND f.deleted_at IS NULL
      JOIN facility_doctors p ON p.tenant_id = o.tenant_id AND p.facility_id = o.facility_id
                             AND p.doctor_id = o.doctor_id AND p.active
      LEFT JOIN insurance_plans plan ON plan.tenant_id = o.tenant_id AND plan.id = :plan_id
      LEFT JOIN facility_insurance_plans taken
        ON taken.tenant_id = o.tenant_id AND taken.facility_id = o.facility_id
       AND taken.insurance_plan_id = :plan_id AND taken.enabled
     CROSS JOIN LATERAL (
           SELECT COALESCE(CAST(:first_date AS date),
                           (CAST(:now AS timestamptz) AT TIME ZONE f.timezone)::date) AS day
           ) AS first
     CROSS JOIN LATERAL (
           SELECT id, total_estimated_minutes FROM service_workflows
            WHERE tenant_id = o.tenant_id AND service_offering_id = o.id AND active
              AND total_estimated_minutes > 0
              AND (insurance_plan_id IS NULL OR insurance_plan_id = :plan_id)
            ORDER BY insurance_plan_id NULLS LAST LIMIT 1) w
     WHERE o.tenant_id = :tenant_id AND o.active
       AND (CAST(:offering_id AS bigint) IS NULL OR o.id = :offering_id)
       AND (CAST(:service_id AS bigint) IS NULL OR o.service_id = :service_id)
       AND (CAST(:doctor_id AS bigint) IS NULL OR o.doctor_id = :doctor_id)
       AND (CAST(:facility_id AS bigint) IS NULL OR o.facility_id = :facility_id)
       AND (CAST(:plan_id AS bigint) IS NULL OR taken.id IS NOT NULL)
)"""

# Nothing the doctor is taken for, at any facility, overlaps the visit with its buffers. No visit
# takes longer than 32 hours with its buffers, which bounds the range of the index.
CLEAR = """
NOT EXISTS (
    SELECT 1 FROM availability_slots t
     WHERE t.tenant_id = :tenant_id AND t.doctor_id = o.doctor_id AND t.id <> s.id
       AND t.start_at > s.start_at - interval '36 hours'
       AND t.start_at < s.start_at + o.length + o.after + interval '4 hours'
       AND t.busy_from < s.start_at + o.length + o.after AND t.busy_until > s.start_at - o.before
       AND (t.booked_count > 0 OR (t.status = 'reserved' AND t.reserved_until > :now
                                   AND t.reserved_by IS DISTINCT FROM CAST(:user_id AS bigint))))"""

# The visit with its buffers lies inside the union of the doctor's slots there that day: no piece
# begins after all those before it have ended. Most visits fit their own slot and skip this.
COVERED = """
((o.before = interval '0' AND s.end_at >= s.start_at + o.length + o.after) OR (
    SELECT bool_and(piece.start_at <= COALESCE(piece.reach, s.start_at - o.before))
           AND max(piece.end_at) >= s.start_at + o.length + o.after
      FROM (SELECT u.start_at, u.end_at,
                   max(u.end_at) OVER (ORDER BY u.start_at, u.id
                       ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS reach
              FROM availability_slots u
             WHERE u.tenant_id = :tenant_id AND u.doctor_id = o.doctor_id
               AND u.facility_id = o.facility_id AND u.status <> 'cancelled'
               AND u.orphaned_at IS NULL AND NOT u.overbooked
               AND (u.created_from_rule_id IS NOT NULL OR u.service_offering_id IS NULL)
               AND u.start_at > s.start_at - o.before - interval '24 hours'
               AND u.start_at < s.start_at + o.length + o.after
               AND u.end_at > s.start_at - o.before
               AND (u.start_at AT TIME ZONE o.zone)::date
                   = (s.start_at AT TIME ZONE o.zone)::date) AS piece))"""

STARTS = """
SELECT slot.id AS slot_id, o.doctor_id, o.facility_id, o.offering_id, o.workflow_id,
       slot.start_at, slot.start_at + o.length AS end_at, o.zone,
       slot.start_at - o.before AS busy_from, slot.start_at + o.length + o.after AS busy_until
  FROM offered o
 CROSS JOIN LATERAL (
       SELECT s.id, s.start_at
         FROM availability_slots s
        WHERE s.tenant_id = :tenant_id AND s.doctor_id = o.doctor_id
          AND s.start_at >= o.opens AND s.start_at < o.closes
          AND s.start_at > CAST(:now AS timestamptz)
          AND s.start_at >= COALESCE(CAST(:from_at AS timestamptz), '-infinity')
          AND s.start_at <= COALESCE(CAST(:until_at AS timestamptz), 'infinity')
          AND (CAST(:slot_id AS bigint) IS NULL OR s.id = :slot_id)
          AND s.facility_id = o.facility_id AND NOT s.overbooked AND s.orphaned_at IS NULL
          AND (s.service_offering_id IS NULL OR s.service_offering_id = o.offering_id)
          AND s.booked_count < s.capacity
          AND (s.status = 'open' OR (s.status = 'reserved' AND (s.reserved_until <= :now
               OR s.reserved_by = CAST(:user_id AS bigint))))
          AND"""

ENDING = """
        ORDER BY s.start_at, s.service_offering_id NULLS LAST, s.id
        LIMIT :limit) AS slot
 ORDER BY slot.start_at, o.doctor_id, o.facility_id, o.offering_id, slot.id
 LIMIT :limit"""

SEARCH = text("".join((OFFERED, STARTS, CLEAR, "\n          AND ", COVERED, ENDING)))


class Offer(NamedTuple):
    """A start on offer: what a booking needs, in instants (UTC) and the facility's zone."""

    slot_id: int
    doctor_id: int
    facility_id: int
    offering_id: int
    workflow_id: int
    start_at: datetime
    end_at: datetime
    zone: str
    busy_from: datetime
    busy_until: datetime


class StepPlan(NamedTuple):
    """A step a visit would take, with its times."""

    position: int
    name: str
    start_at: datetime
    end_at: datetime
    minutes: int
    location_type: str | None
    requires_preparation: bool
    can_be_skipped: bool


@dataclass(frozen=True)
class Wanted:
    """What is looked for. Everything but the service or offering may be left open.

    Attributes:
        minutes: the length of a visit that is being moved; None: its workflow's.
        from_at, until_at: no start before the one or after the other.
    """

    offering_id: int | None = None
    service_id: int | None = None
    plan_id: int | None = None
    doctor_id: int | None = None
    facility_id: int | None = None
    slot_id: int | None = None
    from_at: datetime | None = None
    until_at: datetime | None = None
    minutes: int | None = None


def list_offers(
    wanted: Wanted,
    *,
    first_date: date | None = None,
    days: int = DEFAULT_DAYS,
    limit: int = DEFAULT_LIMIT,
) -> list[Offer]:
    """The starts on offer, earliest first.

    Args:
        wanted: an offering, or a service over its doctors and facilities, and the plan.
        first_date: the first local date; None for today.
        days: how many dates are searched.
        limit: at most so many starts.
    """
    values = vars(wanted) | {
        "tenant_id": facts().tenant_id,
        "user_id": facts().user_id,
        "now": clock.now(),
        "first_date": first_date,
        "days": days,
        "limit": limit,
    }
    return _distinct(session.execute(SEARCH, values))


def find_offer(wanted: Wanted, at: datetime) -> Offer | None:
    """The offer of one start, whenever it is; None when it is not on offer."""
    return next_available(replace(wanted, from_at=at, until_at=at))


def next_available(wanted: Wanted, *, first_date: date | None = None) -> Offer | None:
    """The earliest start on offer, however far away."""
    found = list_offers(wanted, first_date=first_date, days=HORIZON, limit=1)
    return found[0] if found else None


def nearest_offers(wanted: Wanted, to: datetime, *, limit: int = NEAREST) -> list[Offer]:
    """The starts on offer nearest to an instant, before or after it; for a conflict's answer."""
    day = to.date()
    around = list_offers(wanted, first_date=day - timedelta(days=1), days=3, limit=200)
    if len(around) < limit:
        around += list_offers(wanted, first_date=day + timedelta(days=2), limit=limit)
    return sorted(around, key=lambda offer: (abs(offer.start_at - to), offer.slot_id))[:limit]


def planned_steps(workflow_id: int, start_at: datetime) -> list[StepPlan]:
    """The steps a visit would take, one after the other from its start."""
    planned = []
    for step in list_workflow_steps(workflow_id):
        end_at = start_at + timedelta(minutes=step.minutes)
        planned.append(
            StepPlan(
                step.position,
                step.name,
                start_at,
                end_at,
                step.minutes,
                step.location_type,
                step.requires_preparation,
                step.can_be_skipped,
            )
        )
        start_at = end_at
    return planned


def _distinct(rows: Any) -> list[Offer]:
    """One offer a start: a slot of the offering's own comes before one for any."""
    found: dict[tuple[Any, ...], Offer] = {}
    for row in rows:
        offer = Offer._make(row)
        found.setdefault((offer.start_at, offer.doctor_id, offer.offering_id), offer)
    return list(found.values())
