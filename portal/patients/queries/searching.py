"""Finding patients by what somebody typed, and who may be somebody registered already."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import select

from portal import clock
from portal.db import pipeline, session
from portal.facilities.queries import countries
from portal.patients.queries.holding import holding
from portal.patients.queries.merges import Former, people_of
from portal.patients.queries.rows import PatientOpener, PatientRow
from portal.patients.rules.duplicates import Resemblance, closest
from portal.patients.rules.finding import Findable, Key, Reading, SearchedPatient, readings
from portal.phi.keys import ring
from portal.phi.tokens import token
from portal.schema.patients import PatientSearchToken
from portal.tenancy.context import request_context

MOST_FOUND = 50
# How many candidates of one meaning a search opens at most before it answers with what it has.
MOST_OPENED = 5_000
# A few candidates more than are wanted, since some are dropped after opening.
SPARE = 4
# By which a person registered before is looked for.
TELLING = frozenset({"dob", "phone", "full"})
Candidates = Iterator[tuple[PatientRow, Iterator[Findable]]]


def search_patients(typed: str, *, limit: int = MOST_FOUND) -> list[PatientRow]:
    """The patients a typed text may mean: exact first, then beginnings, each the latest first.

    Args:
        typed: names in any order ("an okaf"), a birth date in the usual spellings, a telephone or
            its last four digits, an MRN, an e-mail, or a name together with one of these.
        limit: at most 50.
    """
    wanted = min(limit, MOST_FOUND)
    found: dict[int, PatientRow] = {}
    # Only numbers are read in a country.
    known = countries() if any(map(str.isdecimal, typed)) else ()
    meant = readings(typed, today=clock.latest_today(), countries=known)
    for reading, candidates in _candidates(meant, first=wanted + SPARE):
        for row, people in candidates:
            if len(found) >= wanted:
                return list(found.values())
            if row.id not in found and (person := _meant(reading, people)):
                row.found_as(person.mrn)
                found[row.id] = row
    return list(found.values())


def _meant(reading: Reading, people: Iterator[Findable]) -> Findable | None:
    """Under which of the patient's names the reading holds."""
    for person in people:
        if reading.holds_for(person):
            return person
    return None


def find_possible_duplicates(
    person: SearchedPatient, *, besides: int | None = None, limit: int = 10
) -> list[tuple[PatientRow, Resemblance]]:
    """Patients who may be this person: the same birth date and a similar name, or the same phone;
    the same name where a birth date is not known.

    Args:
        person: as typed at registration.
        besides: the patient being changed, who is no duplicate of themselves.
        limit: how many at most.
    """
    keys = frozenset(key for key in person.search_keys() if key.field in TELLING)
    if not keys:
        return []
    alike = []
    [(_, candidates)] = _candidates([Reading((keys,))], first=MOST_FOUND)
    for row, people in candidates:
        how = closest([person], people)
        if how is not None and row.id != besides:
            alike.append((row, how))
    return sorted(alike, key=lambda pair: -pair[1])[:limit]


def tokens_for(key: Key) -> list[bytes]:
    """A key's tokens as they are kept: while the index key is exchanged, under both."""
    keys = ring().of(request_context().tenant_id)
    return [token(index, *key) for index in (keys.index, *keys.other_indexes)]


def known_tokens(tokens: Iterable[bytes], *, field: str) -> dict[bytes, int]:
    """Which of these tokens of one kind are taken, and by which patient."""
    query = select(PatientSearchToken.token, PatientSearchToken.patient_id).where(
        PatientSearchToken.tenant_id == request_context().tenant_id,
        PatientSearchToken.field == field,
        PatientSearchToken.token.in_(list(tokens)),
    )
    return {row.token: row.patient_id for row in session.execute(query)}


def tokens_of(patient_ids: Collection[int]) -> dict[int, set[tuple[str, bytes]]]:
    """(kind, token) of everything that each of some patients can be found by."""
    query = select(
        PatientSearchToken.patient_id, PatientSearchToken.field, PatientSearchToken.token
    ).where(
        PatientSearchToken.tenant_id == request_context().tenant_id,
        PatientSearchToken.patient_id.in_(patient_ids),
    )
    found: dict[int, set[tuple[str, bytes]]] = {each: set() for each in patient_ids}
    for row in session.execute(query):
        found[row.patient_id].add((row.field, row.token))
    return found


def _candidates(meant: Sequence[Reading], *, first: int) -> Iterator[tuple[Reading, Candidates]]:
    """Who has the tokens of each reading, the latest first; more are fetched as they are asked for.

    Each comes with who they are and who the records were that are part of theirs; those are
    asked for when they are reached.

    Args:
        meant: the readings; the first patients of all are fetched in one round trip.
        first: how many of each are fetched to begin with.
    """
    opener = PatientOpener()
    for reading, rows in zip(meant, _fetched(meant, limit=first), strict=True):
        yield reading, _holders(reading, rows, first, opener)


def _holders(reading: Reading, rows: list[Any], limit: int, opener: PatientOpener) -> Candidates:
    fetched = 0
    while rows:
        former = Former(row.id for row in rows)
        for row in rows:
            patient = PatientRow(row, opener)
            yield patient, people_of(patient, former)
        fetched += len(rows)
        if len(rows) < limit or fetched >= MOST_OPENED:
            return
        limit *= 4
        [rows] = _fetched([reading], limit=limit, before=rows[-1].id)


def _fetched(meant: Sequence[Reading], *, limit: int, before: int | None = None) -> list[list[Any]]:
    """The rows of so many candidates of each reading, the latest first, in one round trip."""
    combinations = [(n, keys) for n, reading in enumerate(meant) for keys in reading.combinations()]
    found: list[dict[int, Any]] = [{} for _ in meant]
    statements = holding([keys for _n, keys in combinations], limit=limit, before=before)
    for rows in pipeline(*statements, binary=True) if statements else ():
        for row in rows:
            found[combinations[row.position][0]][row.id] = row
    return [[rows[key] for key in sorted(rows, reverse=True)[:limit]] for rows in found]
