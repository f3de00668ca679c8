"""Patients and visits as rows of a table; each field is opened, and its patient seen, when it is
written down."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text

from portal.db import session
from portal.patients.rules.kept import (
    Extras,
    address_lines,
    extras_of,
    needs_interpreter,
    status_said_of,
)
from portal.patients.rules.renaming import joined_names, names_before
from portal.phi.sealed import DATE, OBJECT, TEXT, SealedKind, open_field
from portal.tenancy.context import request_context

PATIENTS = text("""
    SELECT p.id AS patient_id, p.row_uid, p.mrn, p.status, p.preferred_language,
           p.first_name, p.last_name, p.dob, p.phone, p.email, p.meta,
           f.name AS facility, pl.name AS plan,
           ARRAY(SELECT jsonb_build_array(a.row_uid, a.kind, encode(a.text, 'hex'))
                   FROM patient_alerts a
                  WHERE a.tenant_id = p.tenant_id AND a.patient_id = p.id AND a.ended_at IS NULL
                  ORDER BY a.id) AS alert_rows,
           ARRAY(SELECT jsonb_build_array(c.row_uid, c.role, encode(c.name, 'hex'),
                                          encode(c.relation, 'hex'), encode(c.phone, 'hex'))
                   FROM patient_contacts c
                  WHERE c.tenant_id = p.tenant_id AND c.patient_id = p.id AND c.ended_at IS NULL
                  ORDER BY c.id) AS contact_rows
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
     ORDER BY a.start_at, d.sort_last_name, d.sort_first_name, a.id
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

    def _open(self, column: str, kind: SealedKind = TEXT) -> Any:
        row = self.row
        return open_field("patients", column, row.row_uid, getattr(row, column),
                          patient_id=row.patient_id, kind=kind)  # fmt: skip


class ExportedPatient(_OfPatient):
    """A patient of the list."""

    @cached_property
    def _meta(self) -> Any:
        return self._open("meta", OBJECT)

    @property
    def extras(self) -> Extras:
        """Details of them beside the columns."""
        return extras_of(self._meta)

    @property
    def former_names(self) -> str:
        """Their names before, the latest first."""
        return joined_names(names_before(self._meta))

    @property
    def address(self) -> str:
        """The address on one line."""
        return ", ".join(address_lines(self.extras.address))

    @property
    def interpreter(self) -> bool:
        """Whether an interpreter is needed."""
        return needs_interpreter(
            self._meta, self.row.preferred_language, request_context().clinic_locale
        )

    @property
    def phone_messages(self) -> bool | None:
        """Whether messages may be sent to the phone; None: not asked."""
        return self.extras.consent.get("phone")

    @property
    def email_messages(self) -> bool | None:
        """Whether messages may be sent by e-mail; None: not asked."""
        return self.extras.consent.get("email")

    @property
    def status_since(self) -> date | None:
        """Since when the status is what it is."""
        return status_said_of(self._meta).since

    @property
    def alerts(self) -> str:
        """Their alerts, one after the other."""
        old = self._meta.get("alert") if isinstance(self._meta, dict) else None
        texts = [
            self._said("patient_alerts", uid, text=text)[0]
            for uid, _kind, text in self.row.alert_rows
        ]
        return "; ".join([*texts, *([str(old)] if old else [])])

    @property
    def contacts(self) -> str:
        """Whom to call, one after the other."""
        return "; ".join(
            ", ".join(
                self._said("patient_contacts", uid, name=name, relation=relation, phone=phone)
            )
            for uid, _role, name, relation, phone in self.row.contact_rows
        )

    def _said(self, table: str, row_uid: str, **envelopes: str | None) -> list[str]:
        """The columns of a line of the chart that say anything."""
        return [
            str(open_field(table, column, UUID(row_uid), bytes.fromhex(envelope),
                           patient_id=self.row.patient_id))
            for column, envelope in envelopes.items() if envelope
        ]  # fmt: skip

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
    values = {"tenant_id": request_context().tenant_id, "facility_id": facility_id,
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
        "tenant_id": request_context().tenant_id, "facility_id": facility_id, "since": first,
        "until": last,
        "after": datetime.combine(first, time(), UTC) - MARGIN,
        "before": datetime.combine(last, time(), UTC) + 2 * MARGIN,
        "limit": limit, "offset": offset,
    }  # fmt: skip
    return [ExportedVisit(row) for row in session.execute(VISITS, values)]
