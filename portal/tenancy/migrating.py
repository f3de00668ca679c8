"""Helpers of a migration that commits before its end (an `autocommit_block`)."""

from collections.abc import Callable

import sqlalchemy as sa
from alembic import op


def begin_again(there: str, undo: Callable[[], None]) -> None:
    """Take back what the same migration left when it was cut off after its commit.

    Args:
        there: an SQL condition that holds when its first part has been committed.
        undo: its downgrade.
    """
    if not op.get_context().as_sql and op.get_bind().scalar(sa.text(f"SELECT {there}")):
        undo()


def add_check(table: str, name: str, condition: str) -> None:
    """A CHECK that locks nobody out while the rows that are there are looked through.

    To be called in an `autocommit_block`; a row that breaks it stops the migration.
    """
    op.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} CHECK ({condition}) NOT VALID")
    op.execute(f"ALTER TABLE {table} VALIDATE CONSTRAINT {name}")
