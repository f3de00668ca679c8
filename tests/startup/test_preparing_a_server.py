import re
from collections.abc import Iterator

import psycopg
import pytest
from flask import Flask

from portal import startup
from portal.embedded import EmbeddedServer
from tests.support.databases import Database, migrate, mine

pytestmark = pytest.mark.database


@pytest.fixture
def missing(server: EmbeddedServer) -> Iterator[Database]:
    """A database that the settings name and nobody has made yet."""
    database = Database(server, mine("prepared"))
    yield database
    database.close()
    with psycopg.connect(server.url("admin", "postgres"), autocommit=True) as admin:
        admin.execute(f"DROP DATABASE IF EXISTS {database.name} WITH (FORCE)")


def run(app: Flask, *arguments: str) -> tuple[int, str]:
    result = app.test_cli_runner().invoke(args=["database", *arguments])
    return result.exit_code, result.output


def test_prepare_makes_what_migrations_and_the_portal_need(missing: Database) -> None:
    app = missing.app()
    admin_url = missing.server.url("admin", "postgres")
    for _again in range(2):
        status, said = run(app, "prepare", "--admin-url", admin_url)
        assert (status, said) == (
            0,
            f"Prepared the database {missing.name} and its roles. Next: flask db upgrade\n",
        )
    migrate(app)
    with app.app_context():
        startup.require_ready()


def test_nobody_else_enters_and_nobody_makes_temporary_tables(missing: Database) -> None:
    run(missing.app(), "prepare", "--admin-url", missing.server.url("admin", "postgres"))
    rights = """
        SELECT has_database_privilege('public', current_database(), 'CONNECT'),
               has_database_privilege('portal_app', current_database(), 'CONNECT'),
               has_database_privilege('portal_worker', current_database(), 'TEMP'),
               has_schema_privilege('portal_app', 'public', 'CREATE')
    """
    with psycopg.connect(missing.url("admin")) as admin:
        assert admin.execute(rights).fetchone() == (False, True, False, False)


def test_prepare_says_what_the_server_refused(own_database: Database) -> None:
    status, said = run(own_database.app(), "prepare", "--admin-url", own_database.url("app"))
    assert status == 1
    assert re.fullmatch("Error: (permission denied|must be superuser) .+\n", said)


def test_url_is_what_libpq_connects_with_and_nothing_is_compiled(own_database: Database) -> None:
    for role in ("app", "owner", "worker"):
        _, url = run(own_database.app(), "url", "--role", role)
        with psycopg.connect(url.strip()) as connection:
            found = connection.execute("SELECT current_user, current_setting('jit')").fetchone()
        assert found == (f"portal_{role}", "off")


def test_a_server_of_ones_own_keeps_its_admin_to_itself(own_database: Database) -> None:
    status, said = run(own_database.app(), "url", "--role", "admin")
    assert (status, said) == (1, "Error: DATABASE_URL is not the embedded server: ask its admin.\n")
