"""Why a start is not on offer: every reason, each naming the row that would have to change."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import text

from portal import clock
from portal.db import session
from portal.errors import NotFound
from portal.insurance.queries.acceptance import find_plan_at
from portal.scheduling.openings.conditions import (
    ACTIVE,
    OF_SLOT,
    STANDS_ON,
    first_missing,
    workflow,
)
from portal.scheduling.openings.labels import MESSAGES
from portal.scheduling.openings.listing import OpeningQuery, find_opening
from portal.scheduling.slots.predicates import busy_during, is_part_of_hours, taken_by_others
from portal.scheduling.times import Span, covers, day_span, local_date, weekday
from portal.tenancy.context import request_context


@dataclass(frozen=True)
class Reason:
    """One reason: a code, words for it, and the row to change (no id: the row to add)."""

    code: str
    table: str
    record: int | None
    params: dict[str, Any] = field(default_factory=dict)

    @property
    def message(self) -> str:
        """The English msgid; `params` fill its places."""
        return MESSAGES[self.code]


# Of each row that the offering stands on its id, and whether it holds.
JOINS = "\n      ".join(each.there("LEFT JOIN") for each in STANDS_ON)
STANDS = ", ".join(
    f"{each.alias}.id AS {each.code}_id, COALESCE({each.holds}, false) AS {each.code}_holds"
    for each in STANDS_ON
)
OFFERING = text(f"""
    SELECT o.id, {ACTIVE.holds} AS {ACTIVE.code}_holds, {STANDS},
           o.doctor_id, o.facility_id, f.timezone AS zone,
           o.buffer_before_minutes AS before, o.buffer_after_minutes AS after,
           (SELECT total_estimated_minutes FROM ({workflow(":plan_id")}) w) AS minutes
      FROM service_offerings o
      {JOINS}
     WHERE o.tenant_id = :tenant_id AND o.id = :offering_id
""")  # noqa: S608 - names of columns

SLOTS = text(f"""
    SELECT s.id, s.start_at, s.end_at, s.reserved_until, {first_missing(OF_SLOT)} AS missing
      FROM availability_slots s
     CROSS JOIN (SELECT CAST(:offering_id AS bigint) AS offering_id) o
     WHERE s.tenant_id = :tenant_id AND s.doctor_id = :doctor_id AND s.facility_id = :facility_id
       AND s.start_at = :at AND NOT s.overbooked
     ORDER BY s.id
""")  # noqa: S608 - names of columns

RULES = text("""
    SELECT id FROM availability_rules
     WHERE tenant_id = :tenant_id AND doctor_id = :doctor_id AND facility_id = :facility_id
       AND active AND day_of_week = :weekday
       AND (service_offering_id IS NULL OR service_offering_id = :offering_id)
       AND (valid_from IS NULL OR valid_from <= :day) AND (valid_to IS NULL OR valid_to >= :day)
     ORDER BY id
""")

EXCEPTIONS = text("""
    SELECT id, type, reason, start_at, end_at
      FROM availability_exceptions
     WHERE tenant_id = :tenant_id AND doctor_id = :doctor_id AND facility_id = :facility_id
       AND ((type <> 'override' AND start_at < :busy_until AND end_at > :busy_from)
            OR (type = 'override' AND (start_at AT TIME ZONE :zone)::date <= :day
                AND ((end_at - interval '1 microsecond') AT TIME ZONE :zone)::date >= :day))
     ORDER BY start_at, id
""")

TAKEN = text(f"""
    SELECT t.id, t.busy_from, t.busy_until
      FROM availability_slots t
     WHERE t.tenant_id = :tenant_id AND t.doctor_id = :doctor_id
       AND {busy_during("t", "CAST(:busy_from AS timestamptz)", "CAST(:busy_until AS timestamptz)")}
       AND {taken_by_others("t")}
     ORDER BY t.busy_from, t.id
""")  # noqa: S608 - names of columns

HOURS = text(f"""
    SELECT u.start_at, u.end_at
      FROM availability_slots u
     WHERE u.tenant_id = :tenant_id AND u.doctor_id = :doctor_id AND u.facility_id = :facility_id
       AND u.start_at >= :opens AND u.start_at < :closes AND {is_part_of_hours("u")}
     ORDER BY u.start_at, u.id
""")  # noqa: S608 - names of columns

LAST_PUBLISHED = text("""
    SELECT start_at FROM availability_slots
     WHERE tenant_id = :tenant_id AND doctor_id = :doctor_id AND facility_id = :facility_id
       AND created_from_rule_id IS NOT NULL AND status <> 'cancelled'
     ORDER BY start_at DESC LIMIT 1
""")


def why_not(
    offering_id: int, plan_id: int | None, at: datetime, *, minutes: int | None = None
) -> list[Reason]:
    """Every reason why a start is not on offer; none when it is.

    Args:
        offering_id: a doctor's service at a facility.
        plan_id: who pays; None for the patient.
        at: the start.
        minutes: the length of a visit that is moved; None for its workflow's.

    Raises:
        NotFound: no such offering.
    """
    if find_opening(OpeningQuery(offering_id=offering_id, plan_id=plan_id, minutes=minutes), at):
        return []
    values: dict[str, Any] = {
        "tenant_id": request_context().tenant_id, "user_id": request_context().user_id,
        "now": clock.now(),
        "offering_id": offering_id, "plan_id": plan_id, "at": at,
    }  # fmt: skip
    offering = session.execute(OFFERING, values).one_or_none()
    if offering is None:
        raise NotFound
    values |= _times(offering, at, minutes or offering.minutes or 0)
    slots = session.execute(SLOTS, values).all()
    unusable = [_about_slot(slot) for slot in slots if slot.missing]
    usable: set[int | None] = {slot.id for slot in slots if not slot.missing}
    explained = usable or {reason.record for reason in unusable if reason.code in ("full", "held")}
    return [
        *about_offering(offering),
        *about_plan(offering, plan_id, values["day"]),
        *_about_start(values),
        *([] if usable else _about_day(slots, values)),
        *([] if usable else unusable),
        *_about_length(slots, values),
        *_about_doctor(explained, values),
    ]


def published_until(doctor_id: int, facility_id: int, zone: str) -> date | None:
    """The last local date for which a doctor's rules have made starts there."""
    values = {
        "tenant_id": request_context().tenant_id,
        "doctor_id": doctor_id,
        "facility_id": facility_id,
    }
    last = session.scalar(LAST_PUBLISHED, values)
    return local_date(last, zone) if last else None


def _times(offering: Any, at: datetime, length: int) -> dict[str, Any]:
    before, minutes = offering.before, length + offering.after
    day = local_date(at, offering.zone)
    hours = day_span(day, offering.zone)
    return {
        "doctor_id": offering.doctor_id,
        "facility_id": offering.facility_id,
        "zone": offering.zone,
        "day": day,
        "weekday": weekday(day),
        "opens": hours.start,
        "closes": hours.end,
        "minutes": before + minutes,
        "busy_from": at - timedelta(minutes=before),
        "busy_until": at + timedelta(minutes=max(minutes, 1)),
    }


def about_offering(offering: Any) -> Iterator[Reason]:
    """Reasons against an offering whenever it is."""
    if not getattr(offering, f"{ACTIVE.code}_holds"):
        yield Reason(ACTIVE.code, "service_offerings", offering.id)
    for each in STANDS_ON:
        if not getattr(offering, f"{each.code}_holds"):
            yield Reason(each.code, each.table, getattr(offering, f"{each.code}_id"))
    if offering.minutes is None:
        yield Reason("no_workflow", "service_workflows", None)


def about_plan(offering: Any, plan_id: int | None, day: date) -> Iterator[Reason]:
    """Reasons against a plan on a day. Raises NotFound."""
    if plan_id is None:
        return
    plan = find_plan_at(offering.facility_id, plan_id)
    if plan is None:
        raise NotFound
    gap = plan.gap_on(day)
    if gap == "not_effective":
        yield Reason("plan_not_effective", "insurance_plans", plan_id)
    elif gap is not None:
        yield Reason(f"plan_{gap}", "facility_insurance_plans", plan.acceptance_id)


def _about_slot(slot: Any) -> Reason:
    """The first condition of an opening that a slot lacks."""
    return Reason(slot.missing, "availability_slots", slot.id, {"until": slot.reserved_until})


def _about_start(values: dict[str, Any]) -> Iterator[Reason]:
    if values["at"] <= values["now"]:
        yield Reason("passed", "availability_slots", None)


def _about_day(slots: Sequence[Any], values: dict[str, Any]) -> Iterator[Reason]:
    """Why the doctor has no slot then."""
    exceptions = session.execute(EXCEPTIONS, values).all()
    for row in exceptions:
        code = "replaced" if row.type == "override" else "away"
        yield Reason(code, "availability_exceptions", row.id, {"reason": row.reason or row.type})
    if slots or exceptions:
        return
    rule = session.execute(RULES, values).first()
    if rule is None:
        yield Reason("no_rule", "availability_rules", None)
        return
    until = published_until(values["doctor_id"], values["facility_id"], values["zone"])
    if until is not None and values["day"] > until:
        yield Reason("not_published", "availability_rules", rule.id, {"until": until})
    else:
        inside = any(piece.start <= values["at"] < piece.end for piece in _hours(values))
        yield Reason("no_slot" if inside else "outside_hours", "availability_rules", rule.id)


def _hours(values: dict[str, Any]) -> list[Span]:
    """When the doctor works there that day."""
    return [Span(row.start_at, row.end_at) for row in session.execute(HOURS, values)]


def _about_length(slots: Sequence[Any], values: dict[str, Any]) -> Iterator[Reason]:
    hours = _hours(values)
    if slots and not covers(hours, Span(values["busy_from"], values["busy_until"])):
        params = {"minutes": values["minutes"]}
        yield Reason("too_short", "availability_slots", slots[0].id, params)


def _about_doctor(explained: set[int | None], values: dict[str, Any]) -> Iterator[Reason]:
    """Other reasons why the doctor is taken then, at any facility."""
    for row in session.execute(TAKEN, values):
        if row.id not in explained:
            params = {"from": row.busy_from, "until": row.busy_until}
            yield Reason("doctor_taken", "availability_slots", row.id, params)
