"""Settings of the database's sessions, so that nobody who once spoke as a role decides them.

A role may change its own settings, and they outlive its session: a statement that was smuggled in
would be in every new connection of every clinic. What the portal relies on is therefore sent as
each connection begins, which beats what the role or the database has and is what RESET returns to;
and a new connection is refused while the role has other settings than it was given.
"""

from typing import Any

import psycopg
import structlog

log = structlog.get_logger()

# Where the line to the web server breaks, what it had locked is let go once a request that long
# would have been ended there.
PATIENCE = "60s"
RELIED_ON = {
    "search_path": "public",
    "row_security": "on",
    "synchronous_commit": "on",
    "default_transaction_isolation": r"read\ committed",
    "default_transaction_read_only": "off",
    "default_transaction_deferrable": "off",
    "statement_timeout": "0",
    "lock_timeout": "0",
    "idle_session_timeout": "0",
    "client_encoding": "UTF8",
    "standard_conforming_strings": "on",
    "bytea_output": "hex",
    "extra_float_digits": "1",
    "DateStyle": "ISO,MDY",
    "IntervalStyle": "postgres",
    "TimeZone": "UTC",
    "transform_null_equals": "off",
    "plan_cache_mode": "auto",
    # The planner takes row security's filters for costly: compiling short statements anew each
    # time would take longer than they do.
    "jit": "off",
}
OF_THE_WEB = {"idle_in_transaction_session_timeout": PATIENCE}
# What `database prepare` gives the roles, for whoever connects without the portal.
OF_ROLES: dict[str, dict[str, str]] = {
    "portal_app": {"jit": "off", **OF_THE_WEB},
    "portal_owner": {"jit": "off"},
    "portal_worker": {"jit": "off"},
    "portal_gate": {"jit": "off"},
}
# Each setting is a value of its own: in one text, a value could pretend to be two.
KEPT = """
SELECT current_user::text, ARRAY(
  SELECT unnest(s.setconfig) FROM pg_db_role_setting s
  WHERE s.setrole = current_user::regrole AND (s.setdatabase = 0 OR s.setdatabase = (
    SELECT d.oid FROM pg_database d WHERE d.datname = current_database())))
"""


class NotOurSettings(psycopg.OperationalError):
    """The role has other settings in the database than it was given."""


def options(*, web: bool) -> str:
    """The settings of a connection as it begins (libpq's `options`).

    Args:
        web: whether it is the web server's, whose transactions are as short as its requests.
    """
    all_settings = RELIED_ON | (OF_THE_WEB if web else {})
    return " ".join(f"-c {name}={value}" for name, value in all_settings.items())


def check(connection: psycopg.Connection[Any]) -> None:
    """Raise NotOurSettings unless the role has what it was given, and nothing else."""
    role, kept = connection.execute(KEPT).fetchone() or ("", [])
    require(role, kept)


def require(role: str, kept: list[str]) -> None:
    """Require the settings that the database named. Raises NotOurSettings."""
    if role not in OF_ROLES:
        return
    given = {f"{name}={value}" for name, value in OF_ROLES[role].items()}
    strange, missing = sorted(set(kept) - given), sorted(given - set(kept))
    if strange or missing:
        log.error("settings_not_ours")
        raise NotOurSettings(
            f"the settings of {role} in the database are not what it was given:"
            f" strange {strange}, missing {missing}. Run `flask database prepare`."
        )
