"""Invariants of the audit log, checked by reading."""

from collections.abc import Sequence

from sqlalchemy import text

from portal.db import session
from portal.sql import statement

MOST_SHOWN = 100
HIDDEN = '"(hidden)"'

AUDITED = text("""
    SELECT c.relname
      FROM pg_trigger t
      JOIN pg_class c ON c.oid = t.tgrelid
     WHERE t.tgname = 'audit_' || c.relname AND NOT t.tgisinternal
     ORDER BY c.relname
""")


def changes_without_entries() -> Sequence[str]:
    """Rows that were made or changed behind the audit log's back, in every audited table."""
    return [
        line for table in session.scalars(AUDITED).all() for line in _changes_without_entries(table)
    ]


def _changes_without_entries(table: str) -> Sequence[str]:
    """The table's name comes from the catalogue, which no user writes."""
    values = {
        "table_name": table,
        "actions": [f"{table}.insert", f"{table}.update"],
        "hidden": HIDDEN,
        "limit": MOST_SHOWN,
    }
    unlogged = statement("audit/changes_without_entries", table=table)
    return session.scalars(unlogged, values).all()
