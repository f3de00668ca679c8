"""A patient in a list: each field is opened, and its patient seen, when a page looks at it."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from sqlalchemy import Row

from portal.patients.rules.finding import Person
from portal.phi.sealed import DATE, TEXT, Kind, Unreadable, open_field, open_unseen

# The columns of a PatientRow, of `patients p`, and which patients are listed at all.
COLUMNS = """
       p.id, p.mrn, p.status, p.facility_id, p.row_uid, p.preferred_language,
       p.default_insurance_plan_id, p.first_name AS first_name_envelope,
       p.last_name AS last_name_envelope, p.dob AS dob_envelope, p.phone AS phone_envelope,
       p.email AS email_envelope
"""
LIVING = "p.tenant_id = :tenant_id AND p.deleted_at IS NULL AND p.status <> 'merged'"


@dataclass(frozen=True, eq=False)
class PatientRow:
    """A patient in a list; each field is opened when a page shows it."""

    row: Row[Any]

    @property
    def id(self) -> int:
        """The key, as in /patients/ID."""
        return self.row.id  # type: ignore[no-any-return]

    @property
    def mrn(self) -> str:
        """The medical record number."""
        return self.row.mrn  # type: ignore[no-any-return]

    @property
    def status(self) -> str:
        """active, inactive or deceased."""
        return self.row.status  # type: ignore[no-any-return]

    @property
    def preferred_language(self) -> str | None:
        """A language tag."""
        return self.row.preferred_language  # type: ignore[no-any-return]

    @property
    def default_insurance_plan_id(self) -> int | None:
        """The plan that a new visit is booked under unless another is chosen."""
        return self.row.default_insurance_plan_id  # type: ignore[no-any-return]

    @cached_property
    def first_name(self) -> str:
        """Given names."""
        return self._open("first_name")  # type: ignore[no-any-return]

    @cached_property
    def last_name(self) -> str:
        """Family name."""
        return self._open("last_name")  # type: ignore[no-any-return]

    @property
    def name(self) -> str:
        """Given names and family name."""
        return f"{self.first_name} {self.last_name}".strip()

    @cached_property
    def dob(self) -> date | Unreadable | None:
        """Date of birth."""
        return self._open("dob", DATE)  # type: ignore[no-any-return]

    @cached_property
    def phone(self) -> str | None:
        """Telephone as it was typed."""
        return self._open("phone")  # type: ignore[no-any-return]

    @cached_property
    def email(self) -> str | None:
        """E-mail as it was typed."""
        return self._open("email")  # type: ignore[no-any-return]

    def _open(self, column: str, kind: Kind = TEXT) -> Any:
        envelope = getattr(self.row, f"{column}_envelope")
        return open_field(
            "patients", column, self.row.row_uid, envelope, patient_id=self.id, kind=kind
        )


def person_of(row: PatientRow) -> Person:
    """The fields by which a candidate is compared, opened for the program and shown to nobody."""

    def opened(column: str, kind: Kind = TEXT) -> Any:
        envelope = getattr(row.row, f"{column}_envelope")
        value = open_unseen("patients", column, row.row.row_uid, envelope, kind=kind)
        return None if isinstance(value, Unreadable) else value

    return Person(
        opened("first_name") or "",
        opened("last_name") or "",
        dob=opened("dob", DATE),
        phone=opened("phone"),
        email=opened("email"),
        mrn=row.mrn,
    )
