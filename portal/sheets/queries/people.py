"""Patients and visits as rows of a table; each field is opened, and its patient seen, when it is
written down."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Row, text

from portal.db import session
from portal.phi.sealed import DATE, TEXT, Kind, open_field
from portal.tenancy.context import facts

PATIENTS = text("""
    SELECT p.id AS patient_id, p.row_uid, p.mrn, p.status, p.preferred_language,
           p.first_name, p.last_name, p.dob, p.phone, p.email,
           f.name AS facility, pl.name AS plan
      FROM patients p
      LEFT JOIN facilities f ON f.tenant_id = p.tenant_id AND f.id = p.facility_id
      LEFT JOIN insurance_plans pl ON pl.tenant_id = p.tenant_id
                                  AND pl.id = p.default_insurance_plan_id
     WHERE p.tenant_id = :tenant_id AND p.deleted_at IS NULL AND p.status <> 'merged'
       AND (CAST(:facility_id AS bigint) IS NULL OR p.facility_id = :facility_id)
     ORDER BY p.id
     LIMIT :limit OFFSET :offset
""")
# The outer bounds, a day wider than any zone needs, are what the index of visits answers.
VISITS = text("""
    SELECT a.patient_id, pat.row_uid, pat.mrn, pat.first_name, pat.last_name, pat.dob, pat.phone,
           a.start_at, a.end_at, a.status, a.confirmed_at, f.timezone AS zone, f.name AS facility,
           d.display_name AS doctor, s.name AS service, pl.name AS plan
      FROM appointments a
      JOIN facilities f ON f.tenant_id = a.tenant_id AND f.id = a.facility_id
      JOIN doctors d ON d.tenant_id = a.tenant_id AND d.id = a.doctor_id
      JOIN service_offerings o ON o.tenant_id = a.tenant_id AND o.id = a.service_offering_id
      JOIN services s ON s.tenant_id = o.tenant_id AND s.id = o.service_id
      JOIN patients pat ON pat.tenant_id = a.tenant_id AND pat.id = a.patient_id
      LEFT JOIN insurance_plans pl ON pl.tenant_id = a.tenant_id AND pl.id = a.insurance_plan_id
     WHERE a.tenant_id = :tenant_id AND a.status <> 'cancelled'
       AND (CAST(:facility_id AS bigint) IS NULL OR a.facility_id = :facility_id)
       AND a.start_at >= :after AND a.start_at < :before
       AND CAST(a.start_at AT TIME ZONE f.timezone AS date) BETWEEN :since AND :until
     ORDER BY a.start_at, sort_key(d.last_name), sort_key(d.first_name), a.id
     LIMIT :limit OFFSET :offset
""")
NEVER_BEFORE, NEVER_AFTER = date(1970, 1, 1), date(2999, 12, 31)
MARGIN = timedelta(days=1)


@dataclass(frozen=True, eq=False)
class _OfPatient:
    """A row whose personal fields lie sealed in it, under their own names."""

    row: Row[Any]

    def __getattr__(self, name: str) -> Any:
        return getattr(self.row, name)

    @property
    def first_name(self) -> Any:
        """Given names."""
        return self._open("first_name")

    @property
    def last_name(self) -> Any:
        """Family name."""
        return self._open("last_name")

    @property
    def dob(self) -> Any:
        """Date of birth."""
        return self._open("dob", DATE)

    @property
    def phone(self) -> Any:
        """Telephone as it was typed."""
        return self._open("phone")

    def _open(self, column: str, kind: Kind = TEXT) -> Any:
        row = self.row
        return open_field("patients", column, row.row_uid, getattr(row, column),
                          patient_id=row.patient_id, kind=kind)  # fmt: skip


class ExportedPatient(_OfPatient):
    """A patient of the list."""

    @property
    def email(self) -> Any:
        """E-mail as it was typed."""
        return self._open("email")


class ExportedVisit(_OfPatient):
    """A visit of the list."""


def list_patients(
    *, facility_id: int | None = None, limit: int, offset: int = 0
) -> list[ExportedPatient]:
    """The patients that the person reaches, as they were registered; also of one facility."""
    values = {"tenant_id": facts().tenant_id, "facility_id": facility_id,
              "limit": limit, "offset": offset}  # fmt: skip
    return [ExportedPatient(row) for row in session.execute(PATIENTS, values)]


def list_visits(
    *,
    facility_id: int | None = None,
    since: date | None = None,
    until: date | None = None,
    limit: int,
    offset: int = 0,
) -> Sequence[ExportedVisit]:
    """The visits from one day to another, both of the facility's own calendar, by their start."""
    first, last = max(since or NEVER_BEFORE, NEVER_BEFORE), min(until or NEVER_AFTER, NEVER_AFTER)
    values = {
        "tenant_id": facts().tenant_id, "facility_id": facility_id, "since": first, "until": last,
        "after": datetime.combine(first, time(), UTC) - MARGIN,
        "before": datetime.combine(last, time(), UTC) + 2 * MARGIN,
        "limit": limit, "offset": offset,
    }  # fmt: skip
    return [ExportedVisit(row) for row in session.execute(VISITS, values)]
