"""Conditions of a start: if one does not hold, the portal says why, and does not start."""

import sys
import time
from pathlib import Path

from alembic.script import ScriptDirectory
from flask import Flask, current_app
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from portal.config import ConfigError
from portal.db import db
from portal.phi.keys import process_key, proof
from portal.settings import NotOurSettings

OLDEST_SERVER = 15
MIGRATIONS = Path(__file__).parent.parent / "migrations"
PROOF_SECONDS = 60

ROLE = text("""
    SELECT current_user AS name, me.rolsuper OR me.rolbypassrls AS privileged,
        EXISTS (SELECT FROM pg_class WHERE relnamespace = 'public'::regnamespace
                AND pg_has_role(current_user, relowner, 'MEMBER'))
        OR EXISTS (SELECT FROM pg_namespace WHERE nspname = 'public'
                   AND pg_has_role(current_user, nspowner, 'MEMBER')) AS owner
    FROM pg_roles AS me WHERE me.rolname = current_user
""")

HASTY = text("""
    SELECT name FROM pg_settings
    WHERE name IN ('fsync', 'full_page_writes') AND setting = 'off'
""")


def refuse_unready(app: Flask) -> None:
    """End the process with one line on stderr and exit code 1 unless everything is ready."""
    try:
        with app.app_context():
            require_ready()
    except ConfigError as error:
        sys.exit(f"portal: {error}")


def require_ready() -> None:
    """Ask each configured run-time role's connection whether the portal can work.

    Raises:
        ConfigError: the database is too old, not migrated or not reachable; it keeps prepared
            transactions; the role could bypass row security; or the key is not the one this
            database was set up with.
    """
    for bind in (None, "worker"):
        if bind not in db.engines:
            continue
        try:
            with db.engines[bind].connect() as connection:
                for check in CHECKS:
                    check(connection)
        except DBAPIError as error:
            if isinstance(error.orig, NotOurSettings):
                raise ConfigError(str(error.orig)) from None
            raise ConfigError(f"the database does not answer: {_first_line(error)}") from None
        finally:
            # The server forks later, and no two processes may share a connection.
            db.engines[bind].dispose()


def _version(connection: Connection) -> None:
    number = connection.execute(text("SHOW server_version_num")).scalar_one()
    version = int(number) // 10_000
    if version < OLDEST_SERVER:
        raise ConfigError(f"PostgreSQL {version} is too old: {OLDEST_SERVER} is the oldest.")


def _role(connection: Connection) -> None:
    row = connection.execute(ROLE).one()
    if row.privileged:
        raise ConfigError(f"the role {row.name} is a superuser or bypasses row security.")
    if row.owner:
        raise ConfigError(f"the role {row.name} owns the schema or can become its owner.")


def _durable(connection: Connection) -> None:
    lost = connection.execute(HASTY).scalars() if current_app.config["PORTAL_DURABLE"] else ()
    named = ", ".join(sorted(lost))
    if named:
        raise ConfigError(
            f"the database may lose what it acknowledged: {named} is off (DATABASE_DURABLE=no)."
        )


def _one_phase(connection: Connection) -> None:
    """A transaction that a smuggled-in statement prepares outlives its session, locks and all."""
    if connection.execute(text("SHOW max_prepared_transactions")).scalar_one() != "0":
        raise ConfigError(
            "the database keeps prepared transactions, whose locks nothing ends: set"
            " max_prepared_transactions to 0."
        )


def _migrations(connection: Connection) -> None:
    if current_revisions(connection) != newest_revisions():
        raise ConfigError("the database is not migrated to this version: run `flask db upgrade`.")


def current_revisions(connection: Connection) -> set[str]:
    """The migrations that the database says it has; none when it has never been migrated."""
    table = connection.execute(text("SELECT to_regclass('public.alembic_version')")).scalar()
    if table is None:
        return set()
    return set(connection.execute(text("SELECT version_num FROM alembic_version")).scalars())


def newest_revisions() -> set[str]:
    """The last migrations in the code."""
    return set(ScriptDirectory(str(MIGRATIONS)).get_heads())


def require_key(connection: Connection) -> None:
    """Raise ConfigError unless the database knows this process's key."""
    expires = int(time.time()) + PROOF_SECONDS
    message = f"check_process_key|{expires}"
    known = proof(process_key(current_app.config["PORTAL_KEY"]), message.encode()).hex()
    query = text("SELECT check_process_key(:expires, :proof)")
    if not connection.execute(query, {"expires": expires, "proof": known}).scalar_one():
        raise ConfigError("the key is not the one that this database was set up with.")


CHECKS = (_version, _role, _durable, _one_phase, _migrations, require_key)


def _first_line(error: DBAPIError) -> str:
    return str(error.orig).strip().splitlines()[0]
