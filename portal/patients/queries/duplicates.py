"""Patients of the clinic who may be one person, found by the tokens they share.

They are looked for a bounded number of patients at a time, the last registered first; the reader
can have it go on further back.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text

from portal.db import session
from portal.errors import N_
from portal.patients.queries.merges import Former, people_of
from portal.patients.queries.rows import COLUMNS, LIVING, PatientOpener, PatientRow
from portal.patients.rules.duplicates import Resemblance, closest
from portal.sql import statement
from portal.tenancy.context import request_context

PAGE = 25
MOST_READ = 1_000
# Of one patient: a telephone may be a whole family's.
MOST_ALIKE = 10
MOST_HOLDERS = 200
HOW = {
    Resemblance.BIRTH_DATE_AND_FIRST_NAME: N_("Same birth date and first name"),
    Resemblance.NAME: N_("Same name, and a birth date is not known"),
    Resemblance.PHONE: N_("Same telephone"),
    Resemblance.BIRTH_DATE_AND_NAME: N_("Same birth date and a similar name"),
    Resemblance.EVERYTHING: N_("Same birth date and telephone, and a similar name"),
}
PAIRS = statement("patients/duplicate_pairs", living=LIVING)
LAST_READ = statement("patients/last_read", living=LIVING)
ROWS = text(
    f"SELECT {COLUMNS} FROM patients p"  # noqa: S608 - a constant of this room
    f" WHERE {LIVING} AND p.id = ANY(CAST(:patient_ids AS bigint[]))"
)


@dataclass(frozen=True)
class Cursor:
    """A place in the list: after this pair; `older` 0 is after all pairs of `newer`."""

    newer: int
    older: int

    def __str__(self) -> str:
        """As it stands in an address."""
        return f"{self.newer}-{self.older}"

    @classmethod
    def read(cls, typed: str | None) -> "Cursor | None":
        """The place an address names; None when it names none."""
        newer, _dash, older = (typed or "").partition("-")
        numbers = (newer, older)
        if not all(each.isascii() and each.isdecimal() and len(each) < 19 for each in numbers):
            return None
        return cls(int(newer), int(older))


@dataclass(frozen=True)
class Pair:
    """Two patients who may be one person, the one registered later first."""

    newer: PatientRow
    older: PatientRow
    how: Resemblance

    @property
    def reason(self) -> str:
        """In what they are alike: a msgid."""
        return HOW[self.how]


@dataclass(frozen=True)
class Pairs:
    """A page of them; `after` is where the next begins, `more` whether it is known to have any."""

    pairs: Sequence[Pair]
    after: Cursor | None
    more: bool


def list_duplicates(*, after: Cursor | None = None, limit: int = PAGE) -> Pairs:
    """Pairs of patients who may be one person, the last registered first.

    Those that somebody found to be two people are left out.
    """
    values = {
        "tenant_id": request_context().tenant_id,
        "newer": after.newer if after else None,
        "older": after.older if after else 0,
        "most_read": MOST_READ,
        "most_alike": MOST_ALIKE,
        "most_holders": MOST_HOLDERS,
        "limit": limit + 1,
    }
    found = session.execute(PAIRS, values).all()
    pairs = list(_alike(found[:limit]))
    if len(found) > limit:
        return Pairs(pairs, Cursor(*found[limit - 1]), more=True)
    last = session.scalar(LAST_READ, values)
    return Pairs(pairs, Cursor(last, 0) if last else None, more=False)


def _alike(found: Sequence[Any]) -> Iterator[Pair]:
    """Those whose names are alike, too, now that they are open."""
    ids = {each for pair in found for each in pair}
    values = {"tenant_id": request_context().tenant_id, "patient_ids": sorted(ids)}
    opener = PatientOpener()
    held = session.execute(ROWS, values) if ids else ()
    rows = {row.id: PatientRow(row, opener) for row in held}
    former = Former(ids)
    for newer_id, older_id in found:
        newer, older = rows[newer_id], rows[older_id]
        how = closest(people_of(newer, former), people_of(older, former))
        # A birth date and a first name alone are asked about when somebody is registered, and too
        # many people's for a list.
        if how is not None and how >= Resemblance.NAME:
            yield Pair(newer, older, how)
