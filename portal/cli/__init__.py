"""The `flask` commands: a file for each group."""

from flask import Flask

from portal.cli import database, demo, invariants, patients, slots, tenants, worker

COMMANDS = (
    database.group,
    demo.group,
    invariants.command,
    patients.group,
    slots.group,
    tenants.group,
    worker.command,
)


def register(app: Flask) -> None:
    """Give the application its commands."""
    for command in COMMANDS:
        app.cli.add_command(command)
