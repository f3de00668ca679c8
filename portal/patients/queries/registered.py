"""Who of many may be registered already, asked for all of them at once."""

from collections.abc import Iterator, Sequence
from typing import Any

from portal.db import session
from portal.patients.queries.duplicates import ROWS
from portal.patients.queries.holding import EVERYBODY, token_of
from portal.patients.queries.merges import Former, people_of
from portal.patients.queries.rows import PatientOpener, PatientRow
from portal.patients.rules.duplicates import Resemblance, closest, similar_names
from portal.patients.rules.finding import Findable, SearchedPatient
from portal.sql import statement
from portal.tenancy.context import request_context

# Of one birth date, telephone or name; made-up ones are thousands of people's.
MOST_HOLDERS = 50
TELLING = frozenset({"dob", "phone", "full", "mrn"})
HOLDERS = statement("patients/token_holders")


class Registered:
    """Whoever some people may be among the patients that were registered before.

    Args:
        people: as they are read from a file; an `mrn` is the number that the file gives them.
        before: only patients registered before this one.
    """

    def __init__(self, people: Sequence[SearchedPatient], *, before: int | None = None) -> None:
        self.people = people
        held = session.execute(HOLDERS, _asked(people, EVERYBODY if before is None else before))
        self._holders: dict[int, set[int]] = {}
        for position, patient_id in held:
            self._holders.setdefault(position, set()).add(patient_id)
        ids = sorted(set().union(*self._holders.values()))
        values = {"tenant_id": request_context().tenant_id, "patient_ids": ids}
        opener = PatientOpener()
        rows = session.execute(ROWS, values) if ids else ()
        self._rows = {row.id: PatientRow(row, opener) for row in rows}
        self._former = Former(ids)

    def surely(self, position: int) -> PatientRow | None:
        """The patient whose number the file gives, if the name or the birth date agrees."""
        person = self.people[position]
        for row in self._candidates(position):
            if person.mrn and row.mrn == person.mrn:
                known = list(people_of(row, self._former))
                if any(_agrees(person, each) for each in known):
                    return row
        return None

    def likely(self, position: int) -> tuple[PatientRow, Resemblance] | None:
        """Who it may be, the likeliest: by birth date and name, or by telephone."""
        found = [
            (how, row)
            for row in self._candidates(position)
            if (how := closest([self.people[position]], people_of(row, self._former)))
            and how >= Resemblance.NAME
        ]
        how, row = max(found, key=lambda pair: (pair[0], -pair[1].id), default=(None, None))
        return (row, how) if row is not None and how is not None else None

    def _candidates(self, position: int) -> Iterator[PatientRow]:
        held = sorted(self._holders.get(position, ()), reverse=True)
        return (self._rows[each] for each in held if each in self._rows)


def _agrees(person: SearchedPatient, other: Findable) -> bool:
    same_birth = person.dob is not None and person.dob == other.dob
    return same_birth or similar_names(person, other)


def _asked(people: Sequence[SearchedPatient], before: int) -> dict[str, Any]:
    keys = [
        (position, key)
        for position, person in enumerate(people)
        for key in sorted(person.search_keys())
        if key.field in TELLING
    ]
    return {
        "tenant_id": request_context().tenant_id,
        "before": before,
        "most": MOST_HOLDERS,
        "places": [position for position, _key in keys],
        "fields": [key.field for _place, key in keys],
        "tokens": [token_of(key) for _place, key in keys],
    }
