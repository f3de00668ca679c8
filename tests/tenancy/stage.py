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

from portal import schema
from portal.db import Base
from tests.support.databases import Database
from tests.tenancy.rows import (
    Clinic,
    Table,
    add_what_functions_write,
    insert,
    make_clinic,
    owned_tables,
)

GUARDED = """
SELECT EXISTS (SELECT FROM pg_trigger JOIN pg_proc f ON f.oid = tgfoid
               WHERE tgrelid = %s::regclass AND f.proname IN ('guard_account', 'guard_name'))
"""
# What was tried, and whether the database held.
Finding = tuple[str, bool]
REFUSED = (
    errors.FeatureNotSupported,  # COPY into a table with row security
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

    def speak_as_nobody_limited(self) -> None:
        """Be what row security does not bind, as the database's own functions may be."""
        self.connection.execute("RESET SESSION AUTHORIZATION")

    def past_triggers(self, statement: str) -> int | None:
        """How many rows a statement writes, whatever triggers would say; None: a CHECK refuses."""
        try:
            with self.connection.transaction(force_rollback=True):
                self.connection.execute("SET LOCAL session_replication_role = replica")
                return self.connection.execute(statement).rowcount
        except psycopg.errors.CheckViolation:
            return None

    def speak_as_whoever_writes(self, table: Table, column: str, clinic: Clinic) -> None:
        """Be the web application signed in to the clinic, or a function where it may not write.

        Where it writes with a proof, or in one's own name alone, the reference has to hold by
        itself as well.
        """
        self.speak_as("app")
        may = "SELECT has_column_privilege(%s, %s, %s)"
        rights = ("INSERT", "UPDATE") if table.has_id else ("INSERT",)
        free = not self.one(GUARDED, table.name)
        if free and all(self.one(may, table.name, column, right) for right in rights):
            self.enter(clinic)
        else:
            self.speak_as_nobody_limited()

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

    def count_if_let(self, table: str, where: str, *values: object) -> int:
        """The same; none when the role may not read all that is asked about."""
        try:
            with self.connection.transaction(force_rollback=True):
                return self.count(table, where, *values)
        except errors.InsufficientPrivilege:
            return 0

    def touches(self, statement: str, table: str, *values: object) -> int:
        """How many rows a statement changes; none when it is refused. Undone either way."""
        try:
            with self.connection.transaction(force_rollback=True):
                whole = sql.SQL(statement).format(sql.Identifier(table))
                return self.connection.execute(whole, values).rowcount
        except REFUSED:
            return 0

    def refusal(self, table: Table, values: dict[str, Any]) -> tuple[str | None, str | None]:
        """The SQLSTATE and the constraint that an insert is refused with; None twice if it is not.

        It is all that somebody who tries learns beside their own words. Undone either way.
        """
        try:
            with self.connection.transaction(force_rollback=True):
                insert(self.connection, table, values)
        except psycopg.Error as error:
            return error.sqlstate, error.diag.constraint_name
        return None, None

    def copied_out(self, source: str) -> set[int]:
        """The tenants of the rows that COPY hands over, from a table or a query in brackets."""
        with self.connection.cursor().copy(f"COPY {source} TO STDOUT") as lines:
            return {int(tenant) for (tenant,) in lines.rows()}

    def copies_in(self, table: Table, values: dict[str, Any]) -> bool:
        """Whether COPY takes a row. Undone either way."""
        into = sql.SQL("COPY {} ({}) FROM STDIN").format(
            sql.Identifier(table.name), sql.SQL(", ").join(map(sql.Identifier, values))
        )
        try:
            with (
                self.connection.transaction(force_rollback=True),
                self.connection.cursor().copy(into) as lines,
            ):
                lines.write_row([*values.values()])
        except REFUSED:
            return False
        return True

    @contextmanager
    def without_own_rows(self, table: str, own: Clinic) -> Iterator[None]:
        """As if the clinic itself had no row in the table, so that only others' can be in the way.

        Whoever speaks goes on speaking; all is undone after.
        """
        with self.after("DELETE FROM {} WHERE tenant_id = %s", table, own.tenant_id):
            yield

    @contextmanager
    def of_a_colleague(self, table: str, own: Clinic) -> Iterator[None]:
        """As if the clinic's row in a table that says whose it is were another person's."""
        ids = (own.annex["users"], own.tenant_id)
        with self.after("UPDATE {} SET user_id = %s WHERE tenant_id = %s", table, *ids):
            yield

    @contextmanager
    def seen_from_the_desk(self, own: Clinic) -> Iterator[None]:
        """As if the clinic's person were at the front desk, and what is there a colleague's."""
        person, colleague = own.ids["users"], own.annex["users"]
        with (
            self.after("UPDATE {} SET role = 'front_desk' WHERE id = %s", "users", person),
            self.after("UPDATE {} SET asked_by = %s", "exports", colleague),
            self.after("UPDATE {} SET user_id = %s", "break_glass", colleague),
        ):
            yield

    @contextmanager
    def after(self, statement: str, table: str, *values: object) -> Iterator[None]:
        """Past every protection something is done before; the same speaker goes on."""
        with self.connection.transaction(force_rollback=True):
            speaker = self.one("SELECT session_user::text")
            self.connection.execute("RESET SESSION AUTHORIZATION")
            self.connection.execute("SET LOCAL session_replication_role = replica")
            self.connection.execute(sql.SQL(statement).format(sql.Identifier(table)), values)
            self.connection.execute("SET LOCAL session_replication_role = origin")
            self.connection.execute(
                sql.SQL("SET SESSION AUTHORIZATION {}").format(sql.Identifier(speaker))
            )
            yield

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
        for clinic in clinics:
            add_what_functions_write(connection, clinic, tables)
        connection.commit()
        yield Stage({table.name: table for table in tables}, clinics, connection, database)


def table_names() -> list[str]:
    """The tables as the models know them, for parametrising before there is a database."""
    schema.load_all()
    return sorted(
        name for name, table in Base.metadata.tables.items() if "tenant_id" in table.columns
    )
