"""The waitlist: who is on it, and whom a free start suits."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, cached_property
from typing import Any
from uuid import UUID

from sqlalchemy import Row, TextClause, select, text

from portal import clock
from portal.appointments.rules import Match
from portal.db import pipeline, session, with_generic_plan
from portal.errors import NotFound
from portal.patients.queries import PatientOpener, PatientRow
from portal.scheduling.openings.conditions import ACTIVE, STANDS_ON, workflow
from portal.scheduling.openings.search import free_starts
from portal.schema.appointments import WaitlistEntry, WaitlistFacility
from portal.tenancy.context import request_context

MOST_WAITING = 300
DAYS_AHEAD = 28
MOST_MATCHES = 300

# Whom a start of theirs would suit: like the search's own `offered`, once for each wish. The most
# urgent of the waiting come first, and no more than can be looked through.
WISHES = f"""
WITH waiting AS MATERIALIZED (
    SELECT e.*
      FROM waitlist_entries e
      JOIN waitlist_facilities there ON there.tenant_id = :tenant_id
       AND there.waitlist_entry_id = e.id AND there.facility_id = :facility_id
      JOIN patients alive ON alive.tenant_id = :tenant_id AND alive.id = e.patient_id
                         AND alive.status = 'active'
     WHERE e.tenant_id = :tenant_id AND e.status = 'waiting' AND {{wish}}
     ORDER BY array_position(ARRAY['urgent', 'soon', 'routine'], e.urgency), e.created_at, e.id
     LIMIT :most
), offered AS MATERIALIZED (
    SELECT e.id AS entry_id, e.patient_id, e.urgency, e.created_at AS since, e.weekdays,
           e.part_of_day, e.doctor_id IS NOT NULL AS named,
           e.insurance_plan_id IS NOT NULL AS insured,
           o.id AS offering_id, o.doctor_id, o.facility_id, f.timezone AS zone,
           w.total_estimated_minutes * interval '1 minute' AS length,
           o.buffer_before_minutes * interval '1 minute' AS before,
           o.buffer_after_minutes * interval '1 minute' AS after,
           local_instant(GREATEST(first.day, e.earliest_on, plan.effective_from,
                                  taken.accepted_since), '00:00', f.timezone) AS opens,
           local_instant(LEAST(first.day + CAST(:days AS int) - 1, e.latest_on, plan.effective_to,
                               taken.accepted_until) + 1, '00:00', f.timezone) AS closes
      FROM waiting e
      JOIN service_offerings o ON o.tenant_id = :tenant_id AND o.service_id = e.service_id
                              AND o.facility_id = :facility_id AND {ACTIVE.holds}
                              AND (e.doctor_id IS NULL OR o.doctor_id = e.doctor_id)
      {" ".join(each.join() for each in STANDS_ON)}
      LEFT JOIN insurance_plans plan ON plan.tenant_id = :tenant_id
                                    AND plan.id = e.insurance_plan_id
      LEFT JOIN facility_insurance_plans taken
        ON taken.tenant_id = :tenant_id AND taken.facility_id = o.facility_id
       AND taken.insurance_plan_id = e.insurance_plan_id AND taken.enabled
     CROSS JOIN LATERAL (
           SELECT (CAST(:now AS timestamptz) AT TIME ZONE f.timezone)::date AS day) AS first
     CROSS JOIN LATERAL ({workflow("e.insurance_plan_id")}) w
     WHERE (e.insurance_plan_id IS NULL OR taken.id IS NOT NULL) AND {{doctor}}
)"""  # noqa: S608 - names of columns

# What their wish says of a start; and the patient is nowhere else then.
SUITS = """
 AND o.weekdays >> extract(dow FROM s.start_at AT TIME ZONE o.zone)::int & 1 = 1
 AND (o.part_of_day = 'any' OR o.part_of_day =
      CASE WHEN (s.start_at AT TIME ZONE o.zone)::time < '12:00' THEN 'morning'
           WHEN (s.start_at AT TIME ZONE o.zone)::time < '17:00' THEN 'afternoon'
           ELSE 'evening' END)
 AND NOT EXISTS (
     SELECT 1 FROM appointments a
      WHERE a.tenant_id = :tenant_id AND a.patient_id = o.patient_id
        AND a.status IN ('scheduled', 'checked_in', 'in_progress')
        AND a.start_at < s.start_at + o.length AND a.end_at > s.start_at
     OFFSET 0)"""

STARTS = """
SELECT o.entry_id, o.patient_id, o.offering_id, slot.id AS slot_id, o.doctor_id, o.facility_id,
       slot.start_at, o.zone, o.urgency, o.named, slot.spare, o.insured, o.since
  FROM offered o
 CROSS JOIN LATERAL (
       SELECT s.id, s.start_at,
              GREATEST(0, extract(epoch FROM s.end_at - s.start_at - o.length)::int / 60) AS spare
       {free}
        LIMIT :each) AS slot
 ORDER BY slot.start_at, o.doctor_id, slot.id, o.entry_id
 LIMIT :limit"""

# Which starts are asked about.
THESE = {
    "earliest": "",
    "one": " AND s.start_at = :at",
    "some": """ AND (s.doctor_id, s.start_at) IN (SELECT * FROM
        unnest(CAST(:doctor_ids AS bigint[]), CAST(:starts AS timestamptz[])))""",
}

# What a list of wishes shows, however many there are: names of patients stay sealed in their rows.
LISTED = """
SELECT e.id AS entry_id, e.row_uid AS entry_uid, e.status AS entry_status, e.earliest_on,
       e.latest_on, e.weekdays, e.part_of_day, e.urgency, e.created_at, e.notes AS notes_envelope,
       e.appointment_id, s.name AS service_name, d.display_name AS doctor_name,
       plan.name AS plan_name, p.id, p.mrn, p.status, p.row_uid,
       p.first_name AS first_name_envelope,
       p.last_name AS last_name_envelope, p.phone AS phone_envelope, p.dob AS dob_envelope
  FROM waitlist_entries e
  JOIN patients p ON p.tenant_id = :tenant_id AND p.id = e.patient_id
  JOIN services s ON s.tenant_id = :tenant_id AND s.id = e.service_id
  LEFT JOIN doctors d ON d.tenant_id = :tenant_id AND d.id = e.doctor_id
  LEFT JOIN insurance_plans plan ON plan.tenant_id = :tenant_id AND plan.id = e.insurance_plan_id
 WHERE e.tenant_id = :tenant_id AND {which}
 ORDER BY array_position(ARRAY['urgent', 'soon', 'routine'], e.urgency), e.created_at, e.id
 LIMIT :limit OFFSET :offset"""

AT_FACILITY = """EXISTS (
       SELECT 1 FROM waitlist_facilities there
        WHERE there.tenant_id = :tenant_id AND there.waitlist_entry_id = e.id
          AND there.facility_id = :facility_id OFFSET 0)"""
STANDING = {
    "waiting": "e.status = 'waiting' AND e.latest_on >= :today",
    "expired": "e.status = 'waiting' AND e.latest_on < :today",
    "booked": "e.status = 'booked'",
    "withdrawn": "e.status = 'withdrawn'",
}


@dataclass(frozen=True, eq=False)
class WishRow:
    """Somebody on the waitlist; what is sealed is opened when a page shows it."""

    row: Row[Any]
    opener: PatientOpener

    @cached_property
    def patient(self) -> PatientRow:
        """Who it is."""
        return PatientRow(self.row, self.opener)


def list_wishes(
    facility_id: int, *, status: str, today: date, limit: int = 51, offset: int = 0
) -> list[WishRow]:
    """Who is on a facility's waitlist, the most urgent and longest waiting first.

    Args:
        facility_id: where they would come.
        status: waiting, expired, booked or withdrawn.
        today: the facility's date.
        limit, offset: the window.
    """
    which = f"{STANDING[status]} AND {AT_FACILITY}"
    values = {"facility_id": facility_id, "today": today, "limit": limit, "offset": offset}
    return _listed(which, values)


def list_wishes_of(patient_id: int, *, limit: int = 20) -> list[WishRow]:
    """A patient's open waitlist entries, as rows."""
    which = "e.status = 'waiting' AND e.patient_id = :patient_id"
    return _listed(which, {"patient_id": patient_id, "limit": limit, "offset": 0})


def list_by_ids(entry_ids: Sequence[int]) -> dict[int, WishRow]:
    """Some of those on the waitlist, by id."""
    values = {"ids": list(entry_ids), "limit": len(entry_ids), "offset": 0}
    rows = _listed("e.id = ANY(CAST(:ids AS bigint[]))", values) if entry_ids else []
    return {wish.row.entry_id: wish for wish in rows}


def list_matches(facility_id: int, *, limit: int) -> list[Match]:
    """The earliest starts of the coming weeks that suit somebody, with all whom they suit."""
    first = _matches("earliest", facility_id, {"each": 1})
    starts = sorted({(each.start_at, each.doctor_id) for each in first})[:limit]
    params = {"each": limit, "doctor_ids": [doctor_id for _at, doctor_id in starts],
             "starts": [at for at, _doctor_id in starts]}  # fmt: skip
    return _matches("some", facility_id, params) if starts else []


def list_wanting(facility_id: int, doctor_id: int, start_at: datetime) -> list[Match]:
    """Whom one start of a doctor suits, if it is free."""
    return _matches("one", facility_id, {"doctor_id": doctor_id, "at": start_at, "each": 1})


def get_wish(entry_id: int) -> WaitlistEntry:
    """Raises NotFound."""
    found = session.get(WaitlistEntry, (request_context().tenant_id, entry_id))
    if found is None:
        raise NotFound
    return found


def find_wish_by_key(entry_key: UUID) -> WaitlistEntry | None:
    """The wish that a one-time key has added already."""
    return session.scalar(
        select(WaitlistEntry).where(
            WaitlistEntry.tenant_id == request_context().tenant_id,
            WaitlistEntry.entry_key == entry_key,
        )
    )


def find_waiting(
    patient_id: int, service_id: int, since: date, *, but: int | None = None
) -> int | None:
    """The oldest entry by which a patient waits for a service on some day since then, but one."""
    entry = WaitlistEntry
    return session.scalar(
        select(entry.id)
        .where(
            entry.tenant_id == request_context().tenant_id, entry.patient_id == patient_id,
            entry.service_id == service_id, entry.status == "waiting", entry.latest_on >= since,
            entry.id != (but or 0),
        )
        .order_by(entry.id)
        .limit(1)
    )  # fmt: skip


def list_wish_facilities(entry_id: int) -> Sequence[int]:
    """Where somebody would come, as far as the user sees it."""
    there = WaitlistFacility
    return session.scalars(
        select(there.facility_id)
        .where(there.tenant_id == request_context().tenant_id, there.waitlist_entry_id == entry_id)
        .order_by(there.facility_id)
    ).all()


@cache
def matching(these: str) -> TextClause:
    """The statement, about the `THESE` starts."""
    wish, doctor = "e.latest_on >= CAST(:now AS timestamptz)::date - 1", "true"
    if these == "one":
        doctor = "o.doctor_id = :doctor_id"
        wish += (
            " AND e.service_id IN (SELECT own.service_id FROM service_offerings own"
            " WHERE own.tenant_id = :tenant_id AND own.doctor_id = :doctor_id"
            " AND own.facility_id = :facility_id)"
        )
    wishes = WISHES.format(wish=wish, doctor=doctor)
    starts = STARTS.format(free=free_starts(THESE[these] + SUITS))
    return text(" ".join("".join((wishes, starts)).split()))


def _matches(these: str, facility_id: int, params: dict[str, Any]) -> list[Match]:
    values = {
        "tenant_id": request_context().tenant_id, "user_id": request_context().user_id,
        "now": clock.now(),
        "facility_id": facility_id, "days": 366 if these == "one" else DAYS_AHEAD,
        "most": MOST_WAITING, "limit": MOST_MATCHES,
    }  # fmt: skip
    rows = pipeline(*with_generic_plan(matching(these), values | params))[1]
    return [Match._make(row) for row in rows]


def _listed(which: str, values: dict[str, Any]) -> list[WishRow]:
    statement = text(LISTED.format(which=which))
    found = session.execute(statement, {"tenant_id": request_context().tenant_id, **values})
    opener = PatientOpener()
    return [WishRow(row, opener) for row in found]
