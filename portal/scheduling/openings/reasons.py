"""Why a start is not on offer: every reason, each naming the row that would have to change."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import text

from portal import clock
from portal.db import session
from portal.insurance.queries import find_plan_at
from portal.insurance.rules import REASONS as COVER_REASONS
from portal.refusals import N_, NotFound
from portal.scheduling.openings.listing import OpeningQuery, find_opening
from portal.scheduling.times import Span, covers, day_span, local_date, weekday
from portal.tenancy.context import request_context

MESSAGES = {
    "offering_inactive": N_("This doctor does not offer the service there at present."),
    "service_retired": N_("The service is no longer offered."),
    "doctor_retired": N_("The doctor has left the clinic."),
    "facility_closed": N_("The facility is closed."),
    "no_place": N_("The doctor does not work at the facility."),
    "no_workflow": N_("No workflow says which steps this visit takes."),
    "passed": N_("That time has passed."),
    "no_rule": N_("Not scheduled that day."),
    "away": N_("The doctor is away then: %(reason)s"),
    "replaced": N_("Other hours hold on that day."),
    "booked_out": N_("Every opening of that day is taken, or too short for this."),
    "no_slot": N_("There is no opening at that time."),
    "outside_hours": N_("That time is outside the doctor's hours."),
    "not_laid_out": N_("The doctor's hours are laid out until %(until)s so far."),
    "patient_taken": N_("The patient has another appointment from %(from)s to %(until)s."),
    "other_service": N_("That time is kept for another service."),
    "withdrawn": N_("That time is not open any more."),
    "orphaned": N_("That time is outside the doctor's hours now."),
    "full": N_("That time is booked."),
    "held": N_("Somebody is holding that time until %(until)s."),
    "doctor_taken": N_("The doctor is taken from %(from)s to %(until)s."),
    "too_short": N_("The visit takes %(minutes)s minutes with its buffers; the hours end before."),
    **{f"plan_{code}": message for code, message in COVER_REASONS.items()},
}


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


OFFERING = text("""
    SELECT o.id, o.active, o.service_id, o.doctor_id, o.facility_id,
           s.deleted_at AS service_gone, d.deleted_at AS doctor_gone, f.deleted_at AS facility_gone,
           f.timezone AS zone, p.id AS place_id, COALESCE(p.active, false) AS placed,
           o.buffer_before_minutes AS before, o.buffer_after_minutes AS after,
           (SELECT total_estimated_minutes FROM service_workflows w
             WHERE w.tenant_id = o.tenant_id AND w.service_offering_id = o.id AND w.active
               AND w.total_estimated_minutes > 0
               AND (w.insurance_plan_id IS NULL OR w.insurance_plan_id = :plan_id)
             ORDER BY w.insurance_plan_id NULLS LAST LIMIT 1) AS minutes
      FROM service_offerings o
      JOIN services s ON s.tenant_id = o.tenant_id AND s.id = o.service_id
      JOIN doctors d ON d.tenant_id = o.tenant_id AND d.id = o.doctor_id
      JOIN facilities f ON f.tenant_id = o.tenant_id AND f.id = o.facility_id
      LEFT JOIN facility_doctors p ON p.tenant_id = o.tenant_id AND p.doctor_id = o.doctor_id
                                  AND p.facility_id = o.facility_id
     WHERE o.tenant_id = :tenant_id AND o.id = :offering_id
""")

SLOTS = text("""
    SELECT id, status, service_offering_id, orphaned_at, capacity, booked_count, end_at,
           reserved_until, reserved_by
      FROM availability_slots
     WHERE tenant_id = :tenant_id AND doctor_id = :doctor_id AND facility_id = :facility_id
       AND start_at = :at AND NOT overbooked
     ORDER BY id
""")

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

TAKEN = text("""
    SELECT id, busy_from, busy_until
      FROM availability_slots
     WHERE tenant_id = :tenant_id AND doctor_id = :doctor_id
       AND start_at > CAST(:busy_from AS timestamptz) - interval '36 hours'
       AND start_at < CAST(:busy_until AS timestamptz) + interval '4 hours'
       AND busy_from < :busy_until AND busy_until > :busy_from
       AND (booked_count > 0 OR (status = 'reserved' AND reserved_until > :now
                                 AND reserved_by IS DISTINCT FROM CAST(:user_id AS bigint)))
     ORDER BY busy_from, id
""")


HOURS = text("""
    SELECT start_at, end_at
      FROM availability_slots
     WHERE tenant_id = :tenant_id AND doctor_id = :doctor_id AND facility_id = :facility_id
       AND start_at >= :opens AND start_at < :closes AND status <> 'cancelled'
       AND orphaned_at IS NULL AND NOT overbooked
       AND (created_from_rule_id IS NOT NULL OR service_offering_id IS NULL)
     ORDER BY start_at, id
""")


LAST_LAID_OUT = text("""
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
    unusable = [reason for slot in slots if (reason := _slot_reason(slot, values))]
    usable: set[int | None] = {slot.id for slot in slots} - {reason.record for reason in unusable}
    said = usable or {reason.record for reason in unusable if reason.code in ("full", "held")}
    return [
        *about_offering(offering),
        *about_plan(offering, plan_id, values["day"]),
        *_about_start(values),
        *([] if usable else _about_day(slots, values)),
        *([] if usable else unusable),
        *_about_length(slots, values),
        *_about_doctor(said, values),
    ]


def laid_out_until(doctor_id: int, facility_id: int, zone: str) -> date | None:
    """The last local date for which a doctor's rules have made starts there."""
    values = {
        "tenant_id": request_context().tenant_id,
        "doctor_id": doctor_id,
        "facility_id": facility_id,
    }
    last = session.scalar(LAST_LAID_OUT, values)
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
    """What stands against an offering whenever it is."""
    if not offering.active:
        yield Reason("offering_inactive", "service_offerings", offering.id)
    if offering.service_gone:
        yield Reason("service_retired", "services", offering.service_id)
    if offering.doctor_gone:
        yield Reason("doctor_retired", "doctors", offering.doctor_id)
    if offering.facility_gone:
        yield Reason("facility_closed", "facilities", offering.facility_id)
    if not offering.placed:
        yield Reason("no_place", "facility_doctors", offering.place_id)
    if offering.minutes is None:
        yield Reason("no_workflow", "service_workflows", None)


def about_plan(offering: Any, plan_id: int | None, day: date) -> Iterator[Reason]:
    """What stands against a plan on a day. Raises NotFound."""
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
    until = laid_out_until(values["doctor_id"], values["facility_id"], values["zone"])
    if until is not None and values["day"] > until:
        yield Reason("not_laid_out", "availability_rules", rule.id, {"until": until})
    else:
        inside = any(piece.start <= values["at"] < piece.end for piece in _hours(values))
        yield Reason("no_slot" if inside else "outside_hours", "availability_rules", rule.id)


def _hours(values: dict[str, Any]) -> list[Span]:
    """When the doctor works there that day."""
    return [Span(row.start_at, row.end_at) for row in session.execute(HOURS, values)]


def _about_length(slots: Sequence[Any], values: dict[str, Any]) -> Iterator[Reason]:
    hours = _hours(values)
    if slots and not covers(hours, Span(values["busy_from"], values["busy_until"])):
        shown = {"minutes": values["minutes"]}
        yield Reason("too_short", "availability_slots", slots[0].id, shown)


def _slot_reason(slot: Any, values: dict[str, Any]) -> Reason | None:
    """Why one slot that starts then cannot be booked for this offering."""
    live_hold = slot.status == "reserved" and slot.reserved_until > values["now"]
    causes = {
        "other_service": slot.service_offering_id not in (None, values["offering_id"]),
        "withdrawn": slot.status == "cancelled",
        "full": slot.booked_count >= slot.capacity,
        "orphaned": slot.orphaned_at is not None,
        "held": live_hold and slot.reserved_by != values["user_id"],
    }
    for code, holds in causes.items():
        if holds:
            return Reason(code, "availability_slots", slot.id, {"until": slot.reserved_until})
    return None


def _about_doctor(said: set[int | None], values: dict[str, Any]) -> Iterator[Reason]:
    """What else the doctor is taken for then, at any facility."""
    for row in session.execute(TAKEN, values):
        if row.id not in said:
            shown = {"from": row.busy_from, "until": row.busy_until}
            yield Reason("doctor_taken", "availability_slots", row.id, shown)
