"""Two clinics with a row in every table, and what they are asked as the application's role.

Everything happens on one administrator's connection that speaks as the role in question (SET
SESSION AUTHORIZATION), so that a protection can be taken away, missed, and rolled back.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import errors, sql

from portal.db import Base
from tests.support.databases import Database
from tests.tenancy.rows import Clinic, Table, insert, make_clinic, owned_tables

REFUSED = (
    errors.InsufficientPrivilege,
    errors.NotNullViolation,
    errors.ForeignKeyViolation,
    errors.RaiseException,
)


@dataclass
class Stage:
    """The clinics, the tables, and the connection that plays each role."""

    tables: dict[str, Table]
    clinics: tuple[Clinic, Clinic]
    connection: psycopg.Connection
    database: Database

    def speak_as(self, role: str) -> None:
        """Take a role, with nobody signed in."""
        self.connection.execute("RESET SESSION AUTHORIZATION")
        self.connection.execute(
            sql.SQL("SET SESSION AUTHORIZATION {}").format(sql.Identifier(f"portal_{role}"))
        )
        self.set_context("")

    def set_context(self, text: str) -> None:
        """What an attacker can do as well: set the setting."""
        self.connection.execute("SELECT set_config('portal.context', %s, true)", [text])

    def context(self) -> str:
        return self.one("SELECT current_setting('portal.context')")

    def enter(self, clinic: Clinic) -> None:
        """Sign a clinic's person in to the transaction."""
        self.connection.execute("SELECT * FROM enter_session(%s)", [clinic.token_hash])

    def sides(self) -> Iterator[tuple[Clinic, Clinic]]:
        """Each clinic once as the reader, entered as the web application, with the other."""
        for own, other in (self.clinics, self.clinics[::-1]):
            self.speak_as("app")
            self.enter(own)
            yield own, other

    def one(self, statement: str | sql.Composable, *values: object) -> Any:
        """The first column of the only row."""
        return self.connection.execute(statement, values).fetchone()[0]

    def count(self, table: str, where: str = "true", *values: object) -> int:
        query = sql.SQL("SELECT count(*) FROM {} WHERE " + where)
        return self.one(query.format(sql.Identifier(table)), *values)

    def touches(self, statement: str, table: str, *values: object) -> int:
        """How many rows a statement changes; none when it is refused. Undone either way."""
        try:
            with self.connection.transaction(force_rollback=True):
                whole = sql.SQL(statement).format(sql.Identifier(table))
                return self.connection.execute(whole, values).rowcount
        except REFUSED:
            return 0

    def takes(self, table: Table, values: dict[str, Any]) -> bool:
        """Whether a row can be inserted. Undone either way."""
        try:
            with self.connection.transaction(force_rollback=True):
                insert(self.connection, table, values)
        except REFUSED:
            return False
        return True


@contextmanager
def staged(database: Database) -> Iterator[Stage]:
    """Make both clinics in a database of their own."""
    with database.connect("worker") as worker:
        tables = owned_tables(worker)
        clinics = (make_clinic(worker, "alder", tables), make_clinic(worker, "birch", tables))
    with database.connect("admin") as connection:
        yield Stage({table.name: table for table in tables}, clinics, connection, database)


def table_names() -> list[str]:
    """The tables as the models know them, for parametrising before there is a database."""
    return sorted(
        name for name, table in Base.metadata.tables.items() if "tenant_id" in table.columns
    )
