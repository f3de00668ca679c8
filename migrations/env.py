"""Runs migrations as `portal_owner`, each in its own transaction."""

import re
from typing import Any

from alembic import context, op
from flask import current_app

from portal.db import db
from portal.phi.keys import process_key
from portal.tenancy.context import trust_process_key

PARTITION = re.compile(r"^user_action_audit_log_\d{4}_\d{2}$")


def include_name(name: str | None, kind: str, _parents: Any) -> bool:
    """Monthly partitions come and go with the worker; models know their parent only."""
    return not (kind == "table" and name is not None and PARTITION.match(name))


def run() -> None:
    """Upgrade, downgrade or compare, online; with --sql, print the statements."""
    options: dict[str, Any] = {
        "target_metadata": db.metadata,
        "include_name": include_name,
        "compare_server_default": True,
        "transaction_per_migration": True,
    }
    if context.is_offline_mode():
        context.configure(dialect_name="postgresql", literal_binds=True, as_sql=True, **options)
        with context.begin_transaction():
            context.run_migrations()
        return
    with db.engines["owner"].connect() as connection:
        context.configure(connection=connection, on_version_apply=trust, **options)
        with context.begin_transaction():
            context.run_migrations()


def trust(**_step: Any) -> None:
    """Part of each migration: cut off between them, the database would know no key for ever."""
    trust_process_key(op.get_bind(), process_key(current_app.config["PORTAL_KEY"]))


run()
