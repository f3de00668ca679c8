"""Who holds the search tokens of some terms: the statements that a search is made of.

One term is read backwards along the primary key of the tokens (tenant, field, token, patient). Of
several, the one that fewest of the latest patients hold is read like that, and the others are
looked up for each of its patients in the same key: a name that every third patient has costs no
more than a rare one. Which that is, the statement finds out itself, by how far back it has to go to
meet so many holders. The patients' own rows are read for those who are left.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import TextClause

from portal.db import Statement
from portal.patients.queries.rows import COLUMNS, LIVING
from portal.patients.rules.finding import Key
from portal.phi.keys import ring
from portal.phi.tokens import token
from portal.sql import statement
from portal.tenancy.context import request_context

# How many holders tell a common term from a rare one.
ENOUGH = 200
EVERYBODY = 2**63 - 1


def token_of(key: Key) -> bytes:
    """A key's token in this clinic, as it is searched for."""
    return token(ring().of(request_context().tenant_id).index, *key)


def holding(
    readings: Sequence[Sequence[Key]], *, limit: int, before: int | None = None
) -> list[Statement]:
    """Statements for the living patients who hold all keys of any of the sequences.

    Their rows have COLUMNS, and `position`, that of the sequence; they come in no order.

    Args:
        readings: keys as they are kept (`Key.looked_up`), at least one in each sequence.
        limit: how many patients of each sequence, the latest registered.
        before: only patients registered before this one.
    """
    index = ring().of(request_context().tenant_id).index
    values: dict[int, dict[str, Any]] = {}
    for position, keys in enumerate(readings):
        of_these = values.setdefault(len(keys), {"asked": [], "fields": [], "tokens": []})
        of_these["asked"] += [position] * len(keys)
        of_these["fields"] += [key.field for key in keys]
        of_these["tokens"] += [token(index, *key) for key in keys]
    common = {
        "tenant_id": request_context().tenant_id,
        "limit": limit,
        "before": EVERYBODY if before is None else before,
    }
    return [(_of(terms), common | of_these) for terms, of_these in values.items()]


@cache
def _of(terms: int) -> TextClause:
    if terms == 1:
        return statement("patients/holders_of_one_term", columns=COLUMNS, living=LIVING)
    return statement(
        "patients/holders_of_several_terms", terms=terms, enough=ENOUGH, columns=COLUMNS,
        living=LIVING,
    )  # fmt: skip
