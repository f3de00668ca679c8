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

from sqlalchemy import TextClause, text

from portal.db import Statement
from portal.patients.queries.rows import COLUMNS, LIVING
from portal.patients.rules.finding import Key
from portal.phi.keys import ring
from portal.phi.tokens import token
from portal.tenancy.context import request_context

# How many holders tell a common term from a rare one.
ENOUGH = 200
EVERYBODY = 2**63 - 1
ASKED = """unnest(CAST(:asked AS int[]), CAST(:fields AS text[]), CAST(:tokens AS bytea[]))
           AS asked (asked, field, token)"""
OF_ONE_TERM = f"""
    SELECT asked.asked AS position, found.*
      FROM {ASKED}
     CROSS JOIN LATERAL (
           SELECT {COLUMNS}
             FROM patient_search_tokens t
             JOIN patients p ON p.id = t.patient_id AND {LIVING}
            WHERE t.tenant_id = :tenant_id AND t.field = asked.field AND t.token = asked.token
              AND t.patient_id < :before
            ORDER BY t.patient_id DESC
            LIMIT :limit) AS found
"""  # noqa: S608 - constants of this room
# A subquery that says OFFSET 0 is asked for each row; the planner would turn it into a join, and
# choose what is read first without knowing the tokens.
AND_OF = """
                      AND EXISTS (
                          SELECT FROM patient_search_tokens o
                           WHERE o.tenant_id = :tenant_id AND o.field = terms.fields[{0}]
                             AND o.token = terms.tokens[{0}] AND o.patient_id = t.patient_id
                          OFFSET 0)"""
RAREST_FIRST = "reached.patient_id NULLS FIRST, asked.token"
OF_SEVERAL_TERMS = f"""
    SELECT terms.asked AS position, found.*
      FROM (SELECT asked.asked,
                   array_agg(asked.field ORDER BY {RAREST_FIRST}) AS fields,
                   array_agg(asked.token ORDER BY {RAREST_FIRST}) AS tokens
              FROM {ASKED}
              LEFT JOIN LATERAL (
                   SELECT t.patient_id
                     FROM patient_search_tokens t
                    WHERE t.tenant_id = :tenant_id AND t.field = asked.field
                      AND t.token = asked.token AND t.patient_id < :before
                    ORDER BY t.patient_id DESC
                   OFFSET {ENOUGH} LIMIT 1) AS reached ON true
             GROUP BY asked.asked) AS terms
     CROSS JOIN LATERAL (
           SELECT {COLUMNS}
             FROM (SELECT t.patient_id
                     FROM patient_search_tokens t
                    WHERE t.tenant_id = :tenant_id AND t.field = terms.fields[1]
                      AND t.token = terms.tokens[1] AND t.patient_id < :before{{others}}
                    ORDER BY t.patient_id DESC
                   OFFSET 0) AS held
             JOIN patients p ON p.id = held.patient_id AND {LIVING}
            ORDER BY held.patient_id DESC
            LIMIT :limit) AS found
"""  # noqa: S608 - constants of this room


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
        return text(OF_ONE_TERM)
    return text(OF_SEVERAL_TERMS.format(others="".join(map(AND_OF.format, range(2, terms + 1)))))
