"""The waitlist: who is on it, and whom a free start suits."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, cached_property
from typing import Any
from uuid import UUID

from sqlalchemy import Row, TextClause, select

from portal import clock
from portal.appointments.rules.waitlist import Match
from portal.db import pipeline, session, with_generic_plan
from portal.errors import NotFound
from portal.patients.queries.rows import PatientOpener, PatientRow
from portal.scheduling.openings.conditions import ACTIVE, STANDS_ON, workflow
from portal.scheduling.openings.search import free_starts
from portal.schema.appointments import WaitlistEntry, WaitlistFacility
from portal.sql import statement
from portal.tenancy.context import request_context

MOST_WAITING = 300
DAYS_AHEAD = 28
MOST_MATCHES = 300

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
    """The statement.

    Args:
        these: which starts are asked about: "earliest", "one" or "some".
    """
    return statement(
        "appointments/waitlist_matches", which=these, active=ACTIVE, stands_on=STANDS_ON,
        workflow=workflow, free_starts=free_starts,
    )  # fmt: skip


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
    entries = statement("appointments/waitlist_entries", which=which)
    found = session.execute(entries, {"tenant_id": request_context().tenant_id, **values})
    opener = PatientOpener()
    return [WishRow(row, opener) for row in found]
