"""A role may change its own settings, and they outlive its session: nobody works with them.

The fault's kind: a statement that was smuggled in once decides about every connection to come, of
every clinic. What the portal relies on is said as a connection begins, and a role that has other
settings than it was given gets none.
"""

from collections.abc import Iterator

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from portal import settings, startup
from portal.config import ConfigError
from portal.db import db, session
from portal.embedded import EmbeddedServer
from tests.support.databases import Database

pytestmark = pytest.mark.database

# What somebody might leave, and what the setting is all the same.
LEFT = {
    "synchronous_commit": ("off", "on"),
    "search_path": ("pg_temp, public", "public"),
    "row_security": ("off", "on"),
    "statement_timeout": ("'1ms'", "0"),
    "lock_timeout": ("'1ms'", "0"),
    "idle_in_transaction_session_timeout": ("0", "1min"),
    "default_transaction_read_only": ("on", "off"),
    "default_transaction_isolation": ("'serializable'", "read committed"),
    "standard_conforming_strings": ("off", "on"),
    "TimeZone": ("'Asia/Tokyo'", "UTC"),
    "DateStyle": ("'German'", "ISO, MDY"),
    "IntervalStyle": ("'sql_standard'", "postgres"),
    "bytea_output": ("'escape'", "hex"),
    "client_encoding": ("'LATIN1'", "UTF8"),
    "transform_null_equals": ("on", "off"),
    "jit": ("on", "off"),
}


def leave(database: Database, *left: str) -> None:
    """As injected statements would, for this database alone."""
    with database.connect("app") as attacker:
        for each in left:
            attacker.execute(f"ALTER ROLE portal_app IN DATABASE {database.name} {each}")


def test_what_the_portal_relies_on_stays_whatever_is_left_or_reset(
    own_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "check", lambda _connection: None)
    leave(own_database, *(f"SET {name} = {value}" for name, (value, _ours) in LEFT.items()))
    with own_database.app().app_context():
        for reset in ("SELECT 1", "RESET ALL", "DISCARD ALL"):
            with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.execute(text(reset))
                found = {
                    name: connection.scalar(text(f"SHOW {name}")) for name in LEFT
                }  # fmt: skip
            assert found == {name: ours for name, (_value, ours) in LEFT.items()}, reset


@pytest.mark.parametrize(
    ("left", "told"),
    [
        ("SET synchronous_commit = off", "strange ['synchronous_commit=off']"),
        ("SET work_mem = '1GB'", "strange ['work_mem=1GB']"),
        ("SET jit = on", "strange ['jit=on']"),
    ],
)
def test_a_new_connection_is_refused_and_readyz_tells_it(
    own_database: Database, left: str, told: str
) -> None:
    app = own_database.app()
    with app.app_context():
        startup.require_ready()
        session.execute(text("SELECT 1"))  # a connection that there was before
        leave(own_database, left)
        with pytest.raises(OperationalError, match="Run `flask database prepare`"):
            db.engine.connect()
        assert app.test_client().get("/readyz").json["settings"] is False
        db.engine.dispose()
        with pytest.raises(ConfigError) as refused:
            startup.require_ready()
        assert told in str(refused.value)
    with own_database.connect("admin") as admin:
        admin.execute(f"ALTER ROLE portal_app IN DATABASE {own_database.name} RESET ALL")
    with app.app_context():
        startup.require_ready()
        assert app.test_client().get("/readyz").json["settings"] is True


def test_what_is_missing_is_refused_as_well() -> None:
    """`RESET ALL` takes away what was given; nobody saw that."""
    with pytest.raises(settings.NotOurSettings, match=r"missing \['idle_in_transaction"):
        settings.require("portal_app", ["jit=off"])
    settings.require("portal_app", [f"{n}={v}" for n, v in settings.OF_ROLES["portal_app"].items()])


@pytest.fixture
def admin(server: EmbeddedServer) -> Iterator[psycopg.Connection]:
    with psycopg.connect(server.url("admin", "postgres")) as connection:
        yield connection


def test_every_setting_is_one_that_the_server_knows(admin: psycopg.Connection) -> None:
    known = {name for (name,) in admin.execute("SELECT name FROM pg_settings")}
    assert (settings.RELIED_ON | settings.OF_THE_WEB).keys() <= known
