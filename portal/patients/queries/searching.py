"""Finding patients by what somebody typed, and who may be somebody registered already."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from sqlalchemy import TextClause, select, text

from portal import clock
from portal.db import session
from portal.patients.models import PatientSearchToken
from portal.patients.queries.rows import COLUMNS, LIVING, PatientRow, person_of
from portal.patients.rules.duplicates import Resemblance, resemblance
from portal.patients.rules.finding import Key, Person, Reading, readings
from portal.phi.keys import ring
from portal.phi.tokens import token
from portal.tenancy.context import facts

MOST_FOUND = 50
# How many candidates a search opens at most before it answers with what it has.
MOST_OPENED = 5_000
# A few candidates more than are wanted, since some are dropped after opening.
SPARE = 4
# A text: building the statement anew for every letter typed would take longer than running it.
WITH_TOKENS = " ".join(
    ("SELECT {distinct}", COLUMNS, "FROM patients p {joined} WHERE", LIVING,
     "AND (CAST(:before AS bigint) IS NULL OR p.id < :before) ORDER BY p.id DESC LIMIT :limit")
)  # fmt: skip


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
        candidates = _candidates(reading, first=wanted + SPARE)
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


def token_of(key: Key) -> bytes:
    """A key's token in this clinic, as it is searched for."""
    return token(ring().of(facts().tenant_id).index, *key)


def tokens_for(key: Key) -> list[bytes]:
    """A key's tokens as they are kept: while the index key is exchanged, under both."""
    keys = ring().of(facts().tenant_id)
    return [token(index, *key) for index in (keys.index, *keys.other_indexes)]


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
