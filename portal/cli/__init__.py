"""The `flask` commands: a file for each group."""

from flask import Flask

from portal.cli import (
    audit,
    database,
    demo,
    invariants,
    keys,
    patients,
    sheets,
    slots,
    tenants,
    worker,
)

COMMANDS = (
    audit.group,
    database.group,
    demo.group,
    invariants.command,
    keys.group,
    patients.group,
    sheets.group,
    slots.group,
    tenants.group,
    worker.command,
)


def register(app: Flask) -> None:
    """Give the application its commands."""
    for command in COMMANDS:
        app.cli.add_command(command)
