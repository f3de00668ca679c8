"""A facility's day: everything the board shows, in a constant number of queries.

Patients' fields come sealed and are opened when a card is drawn, so that a column that is not
drawn again shows nobody to anybody.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Row, text

from portal import clock
from portal.appointments.queries.visits import zone_of
from portal.availability.rules import Span, day_span
from portal.db import session
from portal.phi.sealed import OBJECT, open_field
from portal.tenancy.context import facts

MOST_VISITS = 1000
MOST_SLOTS = 4000
MOST_OTHERS = 500

DOCTORS = text("""
    SELECT d.id, d.display_name AS name, COALESCE(p.role, d.specialty, '') AS about
      FROM doctors d
      LEFT JOIN facility_doctors p ON p.tenant_id = d.tenant_id AND p.doctor_id = d.id
                                  AND p.facility_id = :facility_id
     WHERE d.tenant_id = :tenant_id
       AND ((p.active AND d.deleted_at IS NULL) OR EXISTS (
            SELECT 1 FROM appointments a
             WHERE a.tenant_id = d.tenant_id AND a.doctor_id = d.id
               AND a.facility_id = :facility_id AND a.status <> 'cancelled'
               AND a.start_at >= :opens AND a.start_at < :closes))
     ORDER BY d.last_name, d.first_name, d.id
     LIMIT :limit
""")

VISITS = text("""
    SELECT a.id, a.patient_id, a.doctor_id, a.start_at, a.end_at, a.status, a.confirmed_at,
           a.checked_in_at, a.started_at, a.finished_at, a.overbooked, a.row_version,
           a.insurance_plan_id, COALESCE(a.language, pat.preferred_language) AS language,
           s.name AS service, step.name AS step, step.position AS step_position,
           step.steps AS step_count,
           pat.row_uid, pat.first_name AS first_envelope, pat.last_name AS last_envelope,
           pat.meta AS meta_envelope,
           NOT EXISTS (SELECT 1 FROM appointments e
                        WHERE e.tenant_id = a.tenant_id AND e.patient_id = a.patient_id
                          AND e.status = 'completed' AND e.start_at < a.start_at) AS is_new
      FROM appointments a
      JOIN patients pat ON pat.tenant_id = a.tenant_id AND pat.id = a.patient_id
      JOIN service_offerings o ON o.tenant_id = a.tenant_id AND o.id = a.service_offering_id
      JOIN services s ON s.tenant_id = o.tenant_id AND s.id = o.service_id
      LEFT JOIN LATERAL (
           SELECT t.name, st.position,
                  (SELECT count(*) FROM appointment_steps n
                    WHERE n.tenant_id = a.tenant_id AND n.appointment_id = a.id) AS steps
             FROM appointment_steps st
             JOIN step_templates t ON t.tenant_id = st.tenant_id AND t.id = st.step_template_id
            WHERE st.tenant_id = a.tenant_id AND st.appointment_id = a.id
              AND st.status = 'in_progress'
            ORDER BY st.position LIMIT 1) step ON a.status = 'in_progress'
     WHERE a.tenant_id = :tenant_id AND a.facility_id = :facility_id
       AND a.start_at >= :opens AND a.start_at < :closes AND a.status <> 'cancelled'
     ORDER BY a.start_at, a.doctor_id, a.id
     LIMIT :limit
""")

SLOTS = text("""
    SELECT s.id, s.doctor_id, s.start_at, s.end_at, s.status, s.capacity, s.booked_count,
           s.orphaned_at, s.overbooked, s.reserved_until, s.reserved_by, u.name AS holder,
           s.created_from_rule_id IS NOT NULL OR s.service_offering_id IS NULL AS by_rule
      FROM availability_slots s
      LEFT JOIN users u ON u.tenant_id = s.tenant_id AND u.id = s.reserved_by
     WHERE s.tenant_id = :tenant_id AND s.facility_id = :facility_id
       AND s.start_at >= :opens AND s.start_at < :closes AND s.status <> 'cancelled'
     ORDER BY s.start_at, s.doctor_id, s.service_offering_id NULLS FIRST, s.id
     LIMIT :limit
""")

TAKEN = text("""
    SELECT id, doctor_id, busy_from, busy_until
      FROM availability_slots
     WHERE tenant_id = :tenant_id AND doctor_id = ANY(:doctor_ids)
       AND start_at > CAST(:opens AS timestamptz) - interval '36 hours'
       AND start_at < CAST(:closes AS timestamptz) + interval '4 hours'
       AND busy_from < :closes AND busy_until > :opens
       AND (booked_count > 0 OR (status = 'reserved' AND reserved_until > :now))
     ORDER BY busy_from, id
     LIMIT :limit
""")

AWAY = text("""
    SELECT id, doctor_id, start_at, end_at, type, reason
      FROM availability_exceptions
     WHERE tenant_id = :tenant_id AND facility_id = :facility_id AND type <> 'override'
       AND start_at < :closes AND end_at > :opens
     ORDER BY start_at, id
     LIMIT :limit
""")

# A row that changes is stamped anew, so the sum of stamps changes whoever commits first; what
# time alone changes (holds that expire, starts that pass) is counted beside it.
VERSION = text("""
    SELECT concat_ws('.',
        (SELECT concat(count(*), '-', sum(extract(epoch FROM a.updated_at)
                                          + extract(epoch FROM p.updated_at)))
           FROM appointments a
           JOIN patients p ON p.tenant_id = a.tenant_id AND p.id = a.patient_id
          WHERE a.tenant_id = :tenant_id AND a.facility_id = :facility_id
            AND a.start_at >= :opens AND a.start_at < :closes),
        (SELECT concat(count(*), '-', sum(extract(epoch FROM updated_at)), '-',
                       count(*) FILTER (WHERE reserved_until > :now), '-',
                       count(*) FILTER (WHERE status = 'open' AND start_at > :now))
           FROM availability_slots
          WHERE tenant_id = :tenant_id AND facility_id = :facility_id
            AND start_at >= :opens AND start_at < :closes),
        (SELECT concat(count(*), '-', sum(extract(epoch FROM updated_at)))
           FROM availability_exceptions
          WHERE tenant_id = :tenant_id AND facility_id = :facility_id
            AND start_at < :closes AND end_at > :opens))
""")


class DoctorRow(NamedTuple):
    """Whose column it is."""

    id: int
    name: str
    about: str


class SlotRow(NamedTuple):
    """A slot of the day. `free`: it starts in the future, has a seat, and nothing else takes its
    doctor; `holder` is who holds it, when somebody else does; `by_rule`: it is part of the hours.
    """

    id: int
    doctor_id: int
    start_at: datetime
    end_at: datetime
    free: bool
    holder: str | None
    by_rule: bool


class BlockRow(NamedTuple):
    """Time a doctor is away, with the reason given (or what kind of absence it is)."""

    doctor_id: int
    start_at: datetime
    end_at: datetime
    reason: str


class VisitRow(NamedTuple):
    """A visit: the columns of VISITS, in their order; the patient is opened when asked."""

    id: int
    patient_id: int
    doctor_id: int
    start_at: datetime
    end_at: datetime
    status: str
    confirmed_at: datetime | None
    checked_in_at: datetime | None
    started_at: datetime | None
    finished_at: datetime | None
    overbooked: bool
    row_version: int
    insurance_plan_id: int | None
    language: str | None
    service: str
    step: str | None
    step_position: int | None
    step_count: int | None
    row_uid: UUID
    first_envelope: bytes
    last_envelope: bytes
    meta_envelope: bytes | None
    is_new: bool

    def name(self) -> str:
        """The patient's name, family name first; who asks has seen the patient."""
        first, last = (
            self._open("first_name", self.first_envelope),
            self._open("last_name", self.last_envelope),
        )
        return ", ".join(part for part in (last, first) if part)

    @property
    def flags(self) -> tuple[str, ...]:
        """What to know at a glance: alert, new, interpreter, self_pay."""
        meta = self._open("meta", self.meta_envelope, OBJECT)
        spoken = (self.language or "").split("-")[0]
        holds = {
            "alert": isinstance(meta, dict) and bool(meta.get("alert")),
            "new": self.is_new,
            "interpreter": spoken not in ("", facts().locale.split("-")[0]),
            "self_pay": self.insurance_plan_id is None,
        }
        return tuple(flag for flag, raised in holds.items() if raised)

    def _open(self, column: str, envelope: bytes | None, *kind: Any) -> Any:
        kinds = {"kind": kind[0]} if kind else {}
        return open_field(
            "patients", column, self.row_uid, envelope, patient_id=self.patient_id, **kinds
        )


@dataclass(frozen=True)
class Day:
    """A facility's day. `taken` is when each doctor is held or booked, at any facility."""

    facility_id: int
    date: date
    zone: str
    opens: datetime
    closes: datetime
    doctors: Sequence[DoctorRow]
    visits: Sequence[VisitRow]
    slots: Sequence[SlotRow]
    away: Sequence[BlockRow]
    taken: dict[int, list[Span]]


def board(facility_id: int, day: date) -> Day:
    """The day of a facility, in six queries whatever is on it. Raises NotFound."""
    zone = zone_of(facility_id)
    values = _values(facility_id, day, zone)
    doctors = [DoctorRow._make(row) for row in _rows(DOCTORS, values, MOST_OTHERS)]
    taken = _rows(TAKEN, values | {"doctor_ids": [doctor.id for doctor in doctors]}, MOST_SLOTS)
    return Day(
        facility_id,
        day,
        zone,
        values["opens"],
        values["closes"],
        doctors,
        [VisitRow._make(row) for row in _rows(VISITS, values, MOST_VISITS)],
        list(_slots(_rows(SLOTS, values, MOST_SLOTS), taken)),
        [
            BlockRow(row.doctor_id, row.start_at, row.end_at, row.reason or row.type)
            for row in _rows(AWAY, values, MOST_OTHERS)
        ],
        {
            doctor_id: [Span(row.busy_from, row.busy_until) for row in rows]
            for doctor_id, rows in _by_doctor(taken).items()
        },
    )


def board_version(facility_id: int, day: date) -> str:
    """A short text that changes whenever the board would; reads nobody's data. Raises NotFound."""
    values = _values(facility_id, day, zone_of(facility_id))
    return str(session.scalar(VERSION, values))


def _values(facility_id: int, day: date, zone: str) -> dict[str, Any]:
    hours = day_span(day, zone)
    return {
        "tenant_id": facts().tenant_id,
        "facility_id": facility_id,
        "now": clock.now(),
        "opens": hours.start,
        "closes": hours.end,
    }


def _rows(query: Any, values: dict[str, Any], limit: int) -> Sequence[Row[Any]]:
    return session.execute(query, values | {"limit": limit}).all()


def _by_doctor(rows: Iterable[Row[Any]]) -> dict[int, list[Row[Any]]]:
    found: dict[int, list[Row[Any]]] = defaultdict(list)
    for row in rows:
        found[row.doctor_id].append(row)
    return found


def _slots(rows: Iterable[Row[Any]], taken: Iterable[Row[Any]]) -> Iterable[SlotRow]:
    now, user_id, busy = clock.now(), facts().user_id, _by_doctor(taken)
    for row in rows:
        held = row.status == "reserved" and row.reserved_until > now and row.reserved_by != user_id
        seat = row.booked_count < row.capacity and row.orphaned_at is None and not row.overbooked
        clear = not any(
            other.id != row.id and other.busy_from < row.end_at and other.busy_until > row.start_at
            for other in busy[row.doctor_id]
        )
        yield SlotRow(
            row.id,
            row.doctor_id,
            row.start_at,
            row.end_at,
            seat and clear and row.start_at > now,
            row.holder if held else None,
            row.by_rule,
        )
