"""The database's own description of itself, in the format of `expected.txt`."""

import re
from collections.abc import Iterator

import psycopg

TABLES = """
SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND NOT c.relispartition
  AND c.relname <> 'alembic_version'
ORDER BY c.relname
"""

COLUMNS = """
SELECT a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,
  CASE WHEN a.attidentity = 'a' THEN 'identity'
       ELSE CASE a.attgenerated WHEN 's' THEN 'generated ' ELSE 'default ' END
         || pg_get_expr(d.adbin, d.adrelid) END
FROM pg_attribute a
LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE a.attrelid = %s::regclass AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY a.attnum
"""

# From PostgreSQL 18 on NOT NULL is a named constraint too: the columns say it already.
CONSTRAINTS = """
SELECT conname, contype, pg_get_constraintdef(oid) FROM pg_constraint
WHERE conrelid = %s::regclass AND contype IN ('p', 'u', 'f', 'c', 'x')
ORDER BY strpos('pufcx', contype::text), conname
"""

INDEXES = """
SELECT i.relname, pg_get_indexdef(i.oid) FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid
WHERE x.indrelid = %s::regclass
  AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = i.oid AND contype IN ('p', 'u', 'x'))
ORDER BY i.relname
"""

TRIGGERS = """
SELECT tgname, pg_get_triggerdef(oid) FROM pg_trigger
WHERE tgrelid = %s::regclass AND NOT tgisinternal ORDER BY tgname
"""


def tables(connection: psycopg.Connection) -> list[str]:
    """Every table of the portal, partitions left out."""
    return [name for (name,) in connection.execute(TABLES)]


def describe(connection: psycopg.Connection, table: str) -> str:
    """One table: its columns, then its constraints, indexes and triggers, a line each."""
    lines = [*_columns(connection, table), *_rest(connection, table)]
    return "\n".join("  " + re.sub(r"\s*\n\s*", " ", line) for line in lines)


def _columns(connection: psycopg.Connection, table: str) -> Iterator[str]:
    for name, kind, required, default in connection.execute(COLUMNS, [table]):
        words = [f"{name:<28}{kind}"]
        words += ["required"] if required else []
        words += [default] if default is not None else []
        yield " ".join(words)


def _rest(connection: psycopg.Connection, table: str) -> Iterator[str]:
    for name, kind, definition in connection.execute(CONSTRAINTS, [table]):
        # The name says it; what is worth reading is the rest of the definition.
        yield f"{name}: {definition}" if kind != "p" else f"{definition}"
    for name, definition in connection.execute(INDEXES, [table]):
        unique = "UNIQUE " if definition.startswith("CREATE UNIQUE") else ""
        yield f"{name}: {unique}INDEX " + re.sub(r"^.*? USING ", "", definition)
    for name, definition in connection.execute(TRIGGERS, [table]):
        yield f"{name}: " + re.sub(r"^CREATE TRIGGER \S+ (.*) ON \S+ ", r"\1 ", definition)
