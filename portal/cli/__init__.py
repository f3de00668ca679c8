"""The `flask` commands: a file for each group."""

from flask import Flask

from portal.cli import database, patients, tenants, worker

COMMANDS = (database.group, patients.group, tenants.group, worker.command)


def register(app: Flask) -> None:
    """Give the application its commands."""
    for command in COMMANDS:
        app.cli.add_command(command)
