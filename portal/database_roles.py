"""The database's roles and their standing rights: cluster-wide, so no migration can make them.

`portal_owner` owns the schema and migrates. `portal_app` (web) and `portal_worker` (jobs) own
nothing; migrations grant them what they need. `portal_gate` cannot log in: it owns the SECURITY
DEFINER functions, so that a hole in one of them is not a hole in the owner.
"""

from collections.abc import Mapping

import psycopg
from psycopg import sql

from portal.settings import OF_ROLES

NAMES = {"app": "portal_app", "owner": "portal_owner", "worker": "portal_worker"}
GATE = "portal_gate"

_UNPRIVILEGED = sql.SQL("NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS NOREPLICATION NOINHERIT")


def prepare(admin_url: str, database: str, passwords: Mapping[str, str | None]) -> None:
    """Make the roles, the database and its standing grants; doing it again changes nothing.

    Args:
        admin_url: libpq URL of somebody who may create roles and databases.
        database: made when missing, owned by `portal_owner`.
        passwords: by role (app, owner, worker); None or missing leaves a role's password alone.
    """
    with psycopg.connect(admin_url, autocommit=True) as connection:
        for role, name in NAMES.items():
            _make_role(connection, name, "LOGIN", passwords.get(role))
        _make_role(connection, GATE, "NOLOGIN", None)
        connection.execute(_statement("GRANT {} TO {}", GATE, NAMES["owner"]))
        if not _exists(connection, "pg_database WHERE datname", database):
            connection.execute(_statement("CREATE DATABASE {} OWNER {}", database, NAMES["owner"]))
        guard_database(connection, database)
        _give_settings(connection, database)
    with psycopg.connect(admin_url, dbname=database, autocommit=True) as connection:
        _guard_schema(connection)


def _give_settings(connection: psycopg.Connection, database: str) -> None:
    """Set each role to what it is given, and to nothing that somebody left on it."""
    for role, given in OF_ROLES.items():
        connection.execute(_statement("ALTER ROLE {} RESET ALL", role))
        connection.execute(_statement("ALTER ROLE {} IN DATABASE {} RESET ALL", role, database))
        for name, value in given.items():
            change = sql.SQL("ALTER ROLE {} SET {} = {}")
            named = (sql.Identifier(role), sql.Identifier(name), sql.Literal(value))
            connection.execute(change.format(*named))


def guard_database(connection: psycopg.Connection, database: str) -> None:
    """Let the portal's roles connect and nobody else; nobody makes temporary tables."""
    connection.execute(_statement("REVOKE ALL ON DATABASE {} FROM PUBLIC", database))
    for name in NAMES.values():
        connection.execute(_statement("GRANT CONNECT ON DATABASE {} TO {}", database, name))


def close_other_databases(admin_url: str) -> None:
    """Let nobody but administrators into what every server has beside the portal's database.

    Only for a server that is the portal's alone.
    """
    with psycopg.connect(admin_url, autocommit=True) as connection:
        for name in ("postgres", "template1"):
            connection.execute(_statement("REVOKE ALL ON DATABASE {} FROM PUBLIC", name))


def _guard_schema(connection: psycopg.Connection) -> None:
    connection.execute(_statement("ALTER SCHEMA public OWNER TO {}", NAMES["owner"]))
    connection.execute("REVOKE ALL ON SCHEMA public FROM PUBLIC")
    for name in (NAMES["app"], NAMES["worker"], GATE):
        connection.execute(_statement("GRANT USAGE ON SCHEMA public TO {}", name))


def _make_role(connection: psycopg.Connection, name: str, login: str, password: str | None) -> None:
    if not _exists(connection, "pg_roles WHERE rolname", name):
        connection.execute(_statement("CREATE ROLE {}", name))
    role = sql.SQL("ALTER ROLE {} {} {}")
    connection.execute(role.format(sql.Identifier(name), sql.SQL(login), _UNPRIVILEGED))
    if password:
        change = sql.SQL("ALTER ROLE {} PASSWORD {}")
        connection.execute(change.format(sql.Identifier(name), sql.Literal(password)))


def _exists(connection: psycopg.Connection, where: str, name: str) -> bool:
    query = sql.SQL("SELECT 1 FROM " + where + " = %s")  # noqa: S608 - ours
    return connection.execute(query, [name]).fetchone() is not None


def _statement(text: str, *names: str) -> sql.Composed:
    return sql.SQL(text).format(*(sql.Identifier(name) for name in names))
