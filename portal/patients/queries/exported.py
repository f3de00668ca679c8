"""Patients as rows of a table; each field is opened, and its patient seen, when it is written."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any
from uuid import UUID

from sqlalchemy import Row

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
from portal.sql import statement
from portal.tenancy.context import request_context

PATIENTS = statement("patients/exported_patients")


@dataclass(frozen=True, eq=False)
class RowOfPatient:
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


class ExportedPatient(RowOfPatient):
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


def list_patients(
    *, facility_id: int | None = None, limit: int, offset: int = 0
) -> list[ExportedPatient]:
    """The patients that the person reaches, as they were registered; also of one facility."""
    values = {"tenant_id": request_context().tenant_id, "facility_id": facility_id,
              "limit": limit, "offset": offset}  # fmt: skip
    return [ExportedPatient(row) for row in session.execute(PATIENTS, values)]
