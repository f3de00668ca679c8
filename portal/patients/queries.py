"""Every read of patients. A field is opened, and its patient seen, when it is looked at."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import islice
from typing import Any

from sqlalchemy import Row, Select, TextClause, select, text

from portal import clock
from portal.db import session
from portal.patients.models import Patient, PatientSearchToken
from portal.patients.rules.duplicates import Resemblance, resemblance
from portal.patients.rules.finding import Key, Person, Reading, readings
from portal.phi.keys import ring
from portal.phi.sealed import DATE, TEXT, Kind, Unreadable, open_field, open_unseen
from portal.phi.tokens import token
from portal.refusals import NotFound
from portal.tenancy.context import facts

MOST_FOUND = 50
# How many candidates a search opens at most before it answers with what it has.
MOST_OPENED = 5_000
_SPARE = 4

COLUMNS = (
    Patient.id, Patient.mrn, Patient.status, Patient.facility_id, Patient.row_uid,
    Patient.first_name_envelope, Patient.last_name_envelope, Patient.dob_envelope,
    Patient.phone_envelope, Patient.email_envelope, Patient.preferred_language,
    Patient.default_insurance_plan_id,
)  # fmt: skip


# A text: building the statement anew for every letter typed would take longer than running it.
WITH_TOKENS = """
SELECT {distinct} p.id, p.mrn, p.status, p.facility_id, p.row_uid,
       p.first_name AS first_name_envelope, p.last_name AS last_name_envelope,
       p.dob AS dob_envelope, p.phone AS phone_envelope, p.email AS email_envelope,
       p.preferred_language, p.default_insurance_plan_id
  FROM patients p {joined}
 WHERE p.tenant_id = :tenant_id AND p.deleted_at IS NULL AND p.status <> 'merged'
   AND (CAST(:before AS bigint) IS NULL OR p.id < :before)
 ORDER BY p.id DESC
 LIMIT :limit
"""


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


def get_patient(patient_id: int) -> Patient:
    """The living patient, also a merged one.

    Raises:
        NotFound: no such patient in this clinic.
    """
    found = find_patient(patient_id)
    if found is None:
        raise NotFound
    return found


def find_patient(patient_id: int) -> Patient | None:
    """The patient, or None."""
    return session.scalar(
        select(Patient).where(
            Patient.tenant_id == facts().tenant_id,
            Patient.id == patient_id,
            Patient.deleted_at.is_(None),
        )
    )


def list_recent_patients(*, limit: int = 20) -> list[PatientRow]:
    """The patients last registered or changed, the latest first."""
    query = (
        _living(select(*COLUMNS))
        .order_by(Patient.updated_at.desc(), Patient.id.desc())
        .limit(limit)
    )
    return [PatientRow(row) for row in session.execute(query)]


def search_patients(typed: str, *, limit: int = MOST_FOUND) -> list[PatientRow]:
    """The patients a typed text may mean: exact first, then beginnings, each the latest first.

    Args:
        typed: names in any order ("an okaf"), a birth date in the usual spellings, a telephone or
            its last four digits, an MRN, an e-mail, or a name together with one of these.
        limit: at most 50.
    """
    found: dict[int, PatientRow] = {}
    for reading in readings(typed, today=clock.now().date()):
        wanted = min(limit, MOST_FOUND) - len(found)
        if wanted <= 0:
            break
        candidates = _candidates(reading, first=wanted + _SPARE)
        meant = (row for row in candidates if row.id not in found)
        true = (row for row in meant if reading.holds_for(person_of(row)))
        found |= {row.id: row for row in islice(true, wanted)}
    return list(found.values())


def find_possible_duplicates(
    person: Person, *, besides: int | None = None, limit: int = 10
) -> list[tuple[PatientRow, Resemblance]]:
    """Patients who may be this person: the same birth date and a similar name, or the same phone.

    Args:
        person: as typed at registration.
        besides: the patient being changed, who is no duplicate of themselves.
        limit: how many at most.
    """
    keys = frozenset(key for key in person.search_keys() if key.field in ("dob", "phone"))
    if not keys:
        return []
    alike = []
    for row in _candidates(Reading((keys,)), first=MOST_FOUND):
        how = resemblance(person, person_of(row))
        if how is not None and row.id != besides:
            alike.append((row, how))
    return sorted(alike, key=lambda pair: -pair[1])[:limit]


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


def token_of(key: Key) -> bytes:
    """A key's token in this clinic."""
    return token(ring().of(facts().tenant_id).index, *key)


def known_tokens(tokens: Iterable[bytes], *, field: str) -> dict[bytes, int]:
    """Which of these tokens of one kind are taken, and by which patient."""
    query = select(PatientSearchToken.token, PatientSearchToken.patient_id).where(
        PatientSearchToken.tenant_id == facts().tenant_id,
        PatientSearchToken.field == field,
        PatientSearchToken.token.in_(list(tokens)),
    )
    return {row.token: row.patient_id for row in session.execute(query)}


def tokens_of(patient_id: int) -> set[tuple[str, bytes]]:
    """(kind, token) of everything a patient can be found by."""
    query = select(PatientSearchToken.field, PatientSearchToken.token).where(
        PatientSearchToken.tenant_id == facts().tenant_id,
        PatientSearchToken.patient_id == patient_id,
    )
    return {(row.field, row.token) for row in session.execute(query)}


def _candidates(reading: Reading, *, first: int) -> Iterator[PatientRow]:
    """Who has the tokens of a reading, the latest first, fetched as they are asked for.

    Args:
        reading: what was meant.
        first: how many are fetched at once to begin with.
    """
    lookups = reading.lookups()
    if not lookups:
        return
    query, values = _with_tokens(lookups)
    fetched, limit = 0, first
    while fetched < MOST_OPENED:
        rows = session.execute(query, values | {"limit": limit}).all()
        yield from map(PatientRow, rows)
        if len(rows) < limit:
            return
        values["before"] = rows[-1].id
        fetched, limit = fetched + len(rows), 4 * limit


def _with_tokens(lookups: list[frozenset[Key]]) -> tuple[TextClause, dict[str, Any]]:
    """Living patients who have a token of each term: equality and btree only."""
    values: dict[str, Any] = {"tenant_id": facts().tenant_id, "before": None}
    joined = []
    for n, term in enumerate(lookups):
        values |= {f"field_{n}_{m}": key.field for m, key in enumerate(term)}
        values |= {f"token_{n}_{m}": token_of(key) for m, key in enumerate(term)}
        held = (f"(t{n}.field = :field_{n}_{m} AND t{n}.token = :token_{n}_{m})"
                for m in range(len(term)))  # fmt: skip
        joined.append(
            f"JOIN patient_search_tokens t{n} ON t{n}.tenant_id = :tenant_id"
            f" AND t{n}.patient_id = p.id AND ({' OR '.join(held)})"
        )
    # Somebody may have several tokens of one term: born on 3 April, with a telephone 0304.
    distinct = "DISTINCT" if any(len(term) > 1 for term in lookups) else ""
    return text(WITH_TOKENS.format(distinct=distinct, joined=" ".join(joined))), values


def _living(query: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    return query.where(
        Patient.tenant_id == facts().tenant_id,
        Patient.deleted_at.is_(None),
        Patient.status != "merged",
    )
