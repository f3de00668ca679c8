"""The same search over the same people in the clear: what sealing costs is measured beside it.

The table has the patients' columns unsealed, two columns of names as they are compared, a btree
(text_pattern_ops) on each, and no row security, under which LIKE would lose its index. It is asked
by the same driver call in the same transaction, ranked alike (whole names, then beginnings, each
the latest first), and its rows become objects with the same attributes.
"""

from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import TextClause, text

from portal import clock
from portal.db import pipeline
from portal.patients.queries.rows import COLUMNS, LIVING
from portal.patients.queries.searching import MOST_FOUND
from portal.patients.rules.finding import readings
from portal.tenancy.context import request_context

TABLE = (
    "CREATE TABLE plain (LIKE patients INCLUDING DEFAULTS)",
    "ALTER TABLE plain ALTER first_name TYPE text USING '', ALTER last_name TYPE text USING '',"
    " ALTER dob TYPE date USING NULL, ALTER phone TYPE text USING '',"
    " ALTER email TYPE text USING '', ADD first text, ADD last text",
)
INDEXES = (
    "ALTER TABLE plain ADD PRIMARY KEY (tenant_id, id)",
    "CREATE INDEX ON plain (tenant_id, first text_pattern_ops)",
    "CREATE INDEX ON plain (tenant_id, last text_pattern_ops)",
    "GRANT SELECT ON plain TO portal_app",
)
FILL = (
    "COPY plain (tenant_id, id, row_uid, mrn, facility_id, first_name, last_name, dob, phone,"
    " first, last) FROM STDIN (FORMAT BINARY)"
)
TYPES = ["int8", "int8", "uuid", "varchar", "int8", "text", "text", "date", *["text"] * 3]
CLEAR = COLUMNS.replace("_envelope", "")
RANKED = """
(SELECT {rank} AS rank, {columns} FROM plain p
  WHERE {living} AND {names} ORDER BY p.id DESC LIMIT {limit})
"""


class PlainRow:
    """A patient in the clear, with the attributes of a PatientRow."""

    __slots__ = ("id", "row")

    def __init__(self, row: Any) -> None:
        self.row = row
        self.id: int = row.id

    @property
    def name(self) -> str:
        return f"{self.row.first_name} {self.row.last_name}".strip()

    @property
    def dob(self) -> date | None:
        return self.row.dob

    @property
    def mrn(self) -> str:
        return self.row.mrn

    @property
    def phone(self) -> str | None:
        return self.row.phone


def search_plain(typed: str) -> list[PlainRow]:
    """Who is found by names and beginnings of names, in any order."""
    terms = readings(typed, today=clock.today_in("UTC"))[-1].terms
    names = [key.value for term in terms for key in term]
    values: dict[str, Any] = {"tenant_id": request_context().tenant_id}
    for n, name in enumerate(names):
        values |= {f"name_{n}": name, f"begins_{n}": f"{name}%"}
    [rows] = pipeline((_statement(len(names)), values), binary=True)
    found: dict[int, PlainRow] = {}
    for row in sorted(rows, key=lambda row: (row.rank, -row.id)):
        if row.id not in found and len(found) < MOST_FOUND:
            found[row.id] = PlainRow(row)
    return list(found.values())


def search_raw(driver: Any, tenant_id: int, typed: str) -> list[Any]:
    """Beginnings alone, in bare SQL on a connection of its own: unranked, and rows as they come."""
    begins = [f"{name.lower()}%" for name in typed.split()]
    names = " AND ".join(["(first LIKE %s OR last LIKE %s)"] * len(begins))
    statement = (
        "SELECT * FROM plain WHERE tenant_id = %s AND deleted_at IS NULL AND status <> 'merged'"
        f" AND {names} ORDER BY id DESC LIMIT {MOST_FOUND}"
    )
    values = [tenant_id, *(each for each in begins for _ in range(2))]
    return driver.execute(statement, values, prepare=False).fetchall()


@cache
def _statement(names: int) -> TextClause:
    return text(
        " UNION ALL ".join(
            RANKED.format(
                rank=rank,
                columns=CLEAR,
                living=LIVING,
                limit=MOST_FOUND,
                names=" AND ".join(
                    f"(p.first {how} :{value}_{n} OR p.last {how} :{value}_{n})"
                    for n in range(names)
                ),
            )
            for rank, (how, value) in enumerate((("=", "name"), ("LIKE", "begins")))
        )
    )
