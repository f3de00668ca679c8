"""Invariants of the audit log, checked by reading."""

from collections.abc import Sequence

from sqlalchemy import text

from portal.db import session

MOST_SHOWN = 100
HIDDEN = '"(hidden)"'

AUDITED = text("""
    SELECT c.relname
      FROM pg_trigger t
      JOIN pg_class c ON c.oid = t.tgrelid
     WHERE t.tgname = 'audit_' || c.relname AND NOT t.tgisinternal
     ORDER BY c.relname
""")

# What was logged last of each column is what the row says now, and every row's making was logged.
# Of a column that a migration has taken away since there is nothing to compare.
UNLOGGED = """
    WITH last AS (
        SELECT DISTINCT ON (l.record_id, logged.key) l.record_id, logged.key, logged.value
          FROM user_action_audit_log l
         CROSS JOIN LATERAL jsonb_each(l.new_values) AS logged
         WHERE l.table_name = :table_name AND l.action_type = ANY(:actions)
         ORDER BY l.record_id, logged.key, l.id DESC
    )
    SELECT format('%s %s was made without an entry', CAST(:table_name AS text), t.id)
      FROM {table} t
     WHERE NOT EXISTS (SELECT 1 FROM last WHERE last.record_id = t.id)
     UNION ALL
    SELECT format('%s %s was changed without an entry (%s)', CAST(:table_name AS text), t.id,
                  string_agg(last.key, ', ' ORDER BY last.key))
      FROM {table} t
      JOIN last ON last.record_id = t.id
     WHERE last.key NOT IN ('updated_at', 'row_version') AND last.value <> CAST(:hidden AS jsonb)
       AND to_jsonb(t) ? last.key AND to_jsonb(t) -> last.key IS DISTINCT FROM last.value
     GROUP BY t.id
     LIMIT :limit
"""


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
    return session.scalars(text(UNLOGGED.replace("{table}", table)), values).all()
