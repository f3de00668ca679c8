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
READ = f"""
    SELECT p.id FROM patients p
     WHERE {LIVING} AND (CAST(:newer AS bigint) IS NULL OR p.id <= :newer)
     ORDER BY p.id DESC
"""  # noqa: S608 - a constant of this room
# The patients registered before who have a token of this kind of the newer one's: so many at most,
# since a made-up telephone or birth date may be thousands of people's.
HOLDERS = """(
                   SELECT b.patient_id
                     FROM patient_search_tokens a
                     JOIN patient_search_tokens b
                       ON b.tenant_id = :tenant_id AND b.field = '{0}' AND b.token = a.token
                      AND b.patient_id < newer.id
                    WHERE a.tenant_id = :tenant_id AND a.patient_id = newer.id
                      AND a.field = '{0}'
                    ORDER BY b.patient_id DESC
                    LIMIT :most_holders)"""
BORN = """EXISTS (
                          SELECT FROM patient_search_tokens t
                           WHERE t.tenant_id = :tenant_id AND t.field = 'dob'
                             AND t.patient_id = {0})"""
# By equality of tokens alone, each from the token to its holders along the primary key; whether
# the names are alike is asked once they are open.
PAIRS = text(f"""
    SELECT newer.id AS newer_id, older.id AS older_id
      FROM ({READ} LIMIT :most_read) AS newer
     CROSS JOIN LATERAL (
           SELECT alike.patient_id AS id
             FROM ({HOLDERS.format("phone")}
                    UNION
                   SELECT named.patient_id
                     FROM {HOLDERS.format("full")} AS named
                    WHERE NOT ({BORN.format("newer.id")} AND {BORN.format("named.patient_id")})
                    UNION
                   SELECT born.patient_id
                     FROM {HOLDERS.format("dob")} AS born
                    WHERE EXISTS (
                          SELECT FROM patient_search_tokens n
                            JOIN patient_search_tokens m
                              ON m.tenant_id = :tenant_id AND m.field = 'name'
                             AND m.token = n.token AND m.patient_id = born.patient_id
                           WHERE n.tenant_id = :tenant_id AND n.patient_id = newer.id
                             AND n.field = 'name')) AS alike
             JOIN patients p ON p.id = alike.patient_id AND {LIVING}
            WHERE NOT EXISTS (
                  SELECT FROM patient_distinctions d
                   WHERE d.tenant_id = :tenant_id AND d.patient_id = alike.patient_id
                     AND d.other_id = newer.id)
            ORDER BY alike.patient_id DESC
            LIMIT :most_alike) AS older
     WHERE CAST(:newer AS bigint) IS NULL OR newer.id < :newer OR older.id < :older
     ORDER BY newer.id DESC, older.id DESC
     LIMIT :limit
""")  # noqa: S608 - constants of this room
LAST_READ = text(f"{READ} OFFSET :most_read - 1 LIMIT 1")
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
