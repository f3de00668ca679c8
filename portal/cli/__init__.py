"""The `flask` commands: a file for each group."""

from flask import Flask

from portal.cli import (
    audit,
    database,
    demo,
    exchange,
    invariants,
    keys,
    patients,
    slots,
    tenants,
    worker,
)

COMMANDS = (
    audit.group,
    database.group,
    demo.group,
    exchange.group,
    invariants.command,
    keys.group,
    patients.group,
    slots.group,
    tenants.group,
    worker.command,
)


def register(app: Flask) -> None:
    """Give the application its commands."""
    for command in COMMANDS:
        app.cli.add_command(command)
