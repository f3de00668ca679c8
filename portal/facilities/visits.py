"""Coming visits, for areas that come before appointments and ask what a change would touch.

Visits, patients and services belong to higher areas, which these do not import: the statements
ask for their tables by name.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import text

from portal import clock
from portal.db import session
from portal.errors import N_, DomainError
from portal.names import listed
from portal.phi.sealed import open_field
from portal.sql import statement
from portal.tenancy.context import request_context

MOST_SHOWN = 50

# Booked or under way, and not over.
COMING = """
    a.tenant_id = :tenant_id AND a.status IN ('scheduled', 'checked_in', 'in_progress')
    AND a.end_at > CAST(:now AS timestamptz)"""

ROWS = statement("facilities/visits_touched")

OF_A_DOCTOR = text(f"""
    SELECT a.id FROM appointments a
     WHERE {COMING} AND a.doctor_id = :doctor_id
       AND (CAST(:facility_id AS bigint) IS NULL OR a.facility_id = :facility_id)
     ORDER BY a.start_at, a.id
""")  # noqa: S608 - a constant of this file

# Also those that are over and were never seen to: nobody would find them any more.
UNDECIDED_AT = text("""
    SELECT a.id FROM appointments a
     WHERE a.tenant_id = :tenant_id AND a.facility_id = :facility_id
       AND a.status IN ('scheduled', 'checked_in', 'in_progress')
     ORDER BY a.start_at, a.id
""")


class SeesNotAll(DomainError):
    """Whoever does not see every facility cannot be shown whom a change touches there."""

    message = N_("You do not see every facility. Ask somebody who does.")


class BookedVisit(NamedTuple):
    """A visit that a change touches; the start is in UTC, `zone` the facility's."""

    id: int
    patient: str
    start_at: datetime
    zone: str
    facility: str
    doctor: str
    service: str
    plan: str | None
    phone: str | None = None


@dataclass(frozen=True)
class AffectedAppointments:
    """The coming visits that a change touches, earliest first."""

    ids: tuple[int, ...]

    def fingerprint(self) -> str:
        """A text that is equal for one set of visits; empty when nobody is affected."""
        return ",".join(map(str, self.ids))


def require_sight_of_all() -> None:
    """Before a change that reaches into every facility. Raises SeesNotAll."""
    if request_context().facility_ids is not None:
        raise SeesNotAll


def list_visits(
    ids: Sequence[int], *, limit: int = MOST_SHOWN, phones: bool = False
) -> list[BookedVisit]:
    """The first of these visits, earliest first. Their patients count as seen.

    Args:
        ids: which.
        limit: how many at most.
        phones: whether the patients are to be called.
    """
    if not ids:
        return []
    values = {"tenant_id": request_context().tenant_id, "ids": list(ids), "limit": limit}
    return [_visit(row, phones=phones) for row in session.execute(ROWS, values)]


def visits_of_doctor(doctor_id: int, *, facility_id: int | None = None) -> AffectedAppointments:
    """A doctor's coming visits, everywhere or at one facility."""
    values = {
        "tenant_id": request_context().tenant_id,
        "now": clock.now(),
        "doctor_id": doctor_id,
        "facility_id": facility_id,
    }
    return AffectedAppointments(tuple(session.scalars(OF_A_DOCTOR, values)))


def affected_appointments(facility_id: int) -> AffectedAppointments:
    """The visits at a facility that were neither completed nor cancelled."""
    values = {"tenant_id": request_context().tenant_id, "facility_id": facility_id}
    return AffectedAppointments(tuple(session.scalars(UNDECIDED_AT, values)))


def _visit(row: Any, *, phones: bool) -> BookedVisit:
    def opened(column: str, envelope: bytes | None) -> Any:
        return open_field("patients", column, row.row_uid, envelope, patient_id=row.patient_id)

    name = listed(opened("last_name", row.last_envelope), opened("first_name", row.first_envelope))
    phone = opened("phone", row.phone_envelope) if phones else None
    return BookedVisit(
        row.id, name, row.start_at, row.zone, row.facility, row.doctor, row.service, row.plan, phone
    )
