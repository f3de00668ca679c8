"""Two clinics with a row in every table, and what they are asked as the application's role."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg
from psycopg import errors, sql

from portal.db import Base
from tests.support.databases import Database
from tests.tenancy.rows import Clinic, Table, make_clinic, owned_tables

REFUSED = (
    errors.InsufficientPrivilege,
    errors.NotNullViolation,
    errors.ForeignKeyViolation,
    errors.RaiseException,
)


@dataclass
class Stage:
    """Two clinics with a row in every table, and a connection as the web application's role."""

    tables: dict[str, Table]
    clinics: tuple[Clinic, Clinic]
    app: psycopg.Connection

    def enter(self, clinic: Clinic) -> None:
        self.app.execute("SELECT * FROM enter_session(%s)", [clinic.token_hash])

    def sides(self) -> Iterator[tuple[Clinic, Clinic]]:
        """Each clinic once as the reader and once as the other, entered."""
        for own, other in (self.clinics, self.clinics[::-1]):
            self.app.rollback()
            self.enter(own)
            yield own, other

    def refuses(self, statement: sql.Composable, *values: object) -> bool:
        """Whether the statement is refused; the transaction goes on either way."""
        try:
            with self.app.transaction(force_rollback=True):
                self.app.execute(statement, values)
        except REFUSED:
            return True
        return False


@contextmanager
def staged(database: Database) -> Iterator[Stage]:
    """Make both clinics in a database of their own and connect as `portal_app`."""
    with database.connect("worker") as worker:
        tables = owned_tables(worker)
        clinics = (make_clinic(worker, "alder", tables), make_clinic(worker, "birch", tables))
    with database.connect("app") as app:
        yield Stage({table.name: table for table in tables}, clinics, app)


def table_names() -> list[str]:
    """The tables as the models know them, for parametrising before there is a database."""
    return sorted(
        name for name, table in Base.metadata.tables.items() if "tenant_id" in table.columns
    )
