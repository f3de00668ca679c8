"""A patient in a list: each field is opened, and its patient seen, when a page looks at it."""

from datetime import date
from functools import cached_property
from typing import Any

from portal.facilities.queries import countries
from portal.patients.rules.finding import Findable
from portal.patients.rules.renaming import names_before
from portal.phi.sealed import DATE, OBJECT, TEXT, UNREADABLE, Opener, Unreadable
from portal.phi.tokens import name_parts
from portal.telephones import Countries

NAMES = ("first_name", "last_name")
TEXTS = (*NAMES, "phone", "email")
# The columns of a PatientRow, of `patients p`, and which patients are listed at all.
COLUMNS = """
       p.id, p.mrn, p.status, p.facility_id, p.row_uid, p.preferred_language,
       p.default_insurance_plan_id, p.first_name AS first_name_envelope,
       p.last_name AS last_name_envelope, p.dob AS dob_envelope, p.phone AS phone_envelope,
       p.email AS email_envelope, p.meta AS meta_envelope
"""
ENVELOPES = {field: f"{field}_envelope" for field in (*TEXTS, "dob", "meta")}
KINDS = dict.fromkeys(TEXTS, TEXT) | {"dob": DATE, "meta": OBJECT}
LIVING = "p.tenant_id = :tenant_id AND p.deleted_at IS NULL AND p.status <> 'merged'"


class PatientOpener(Opener):
    """Opens the fields of patients in one list."""

    __slots__ = ("openings",)

    def __init__(self) -> None:
        super().__init__("patients")
        self.openings = {column: self.column(column, kind) for column, kind in KINDS.items()}


class PatientRow:
    """A patient in a list; each field is opened once, and the patient seen when a page shows it.

    Args:
        row: a row with COLUMNS.
        opener: what opens its fields; the rows of one list share it.
    """

    __slots__ = ("_opened", "_opener", "_row_uid", "former", "id", "row")

    def __init__(self, row: Any, opener: PatientOpener) -> None:
        self.row = row
        # the key, as in /patients/ID
        self.id: int = row.id
        # the number of the merged record by whose name or number a search found the patient
        self.former: str | None = None
        self._opener = opener
        self._row_uid: bytes = row.row_uid.bytes
        self._opened: dict[str, Any] = {}

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

    @property
    def first_name(self) -> str:
        """Given names."""
        return self._shown("first_name")  # type: ignore[no-any-return]

    @property
    def last_name(self) -> str:
        """Family name."""
        return self._shown("last_name")  # type: ignore[no-any-return]

    @property
    def name(self) -> str:
        """Given names and family name."""
        return f"{self.first_name} {self.last_name}".strip()

    @property
    def dob(self) -> date | Unreadable | None:
        """Date of birth."""
        return self._shown("dob")  # type: ignore[no-any-return]

    @property
    def phone(self) -> str | None:
        """Telephone as it was typed."""
        return self._shown("phone")  # type: ignore[no-any-return]

    @property
    def email(self) -> str | None:
        """E-mail as it was typed."""
        return self._shown("email")  # type: ignore[no-any-return]

    @property
    def former_names(self) -> list[str]:
        """The names of before, the latest first."""
        return [" ".join(filter(None, names)) for names in names_before(self._shown("meta"))]

    def found_as(self, mrn: str) -> None:
        """Remember the number of the merged record by which a search found the patient."""
        self.former = mrn if mrn != self.mrn else None

    def unseen(self, column: str) -> Any:
        """A field for the program's own use, opened; whoever shows it asks for the attribute."""
        opened = self._opened
        if column not in opened:
            envelope = getattr(self.row, ENVELOPES[column])
            opened[column] = self._opener.openings[column](self._row_uid, envelope)
        return opened[column]

    def _shown(self, column: str) -> Any:
        value = self.unseen(column)
        if value is not None:
            self._opener.see(self.id)
        return value


class Candidate(Findable):
    """A patient as a search compares them: what it compares is opened, and shown to nobody."""

    def __init__(self, row: PatientRow) -> None:
        self._row = row
        self.mrn = row.mrn

    @cached_property
    def former_names(self) -> tuple[tuple[str, str], ...]:  # type: ignore[override]
        """The names of before."""
        return names_before(self._row.unseen("meta"))

    @cached_property
    def countries(self) -> Countries:  # type: ignore[override]
        """Where national telephone numbers are at home."""
        return countries()

    @cached_property
    def parts(self) -> set[str]:
        """The parts of the name by which this patient may be looked for."""
        names = (self._row.unseen(name) for name in NAMES)
        return name_parts(*(name for name in names if name is not UNREADABLE))

    def __getattr__(self, field: str) -> Any:
        """A field, opened when it is first compared; what does not open is not known."""
        if field not in ENVELOPES:
            raise AttributeError(field)
        value = self._row.unseen(field)
        if value is None or value is UNREADABLE:
            value = "" if field in NAMES else None
        self.__dict__[field] = value
        return value
