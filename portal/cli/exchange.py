"""`flask exchange`: lists of a clinic, in and out of files."""

from collections.abc import Sequence
from pathlib import Path

import click
from flask.cli import AppGroup

from portal.cli.lookup import tenant_named
from portal.cli.patients import on_result
from portal.csv_reader import Column, FileRefused, Table, read_table
from portal.db import session
from portal.exchange.imports.commands.importing import import_records
from portal.exchange.imports.rules import guessed
from portal.registry.area import areas
from portal.tenancy.context import as_job

group = AppGroup("exchange", help="Bring in lists from files.")


@group.command("import")
@click.argument("kind")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--tenant", "tenant", required=True, metavar="SLUG", help="the clinic group")
@click.option(
    "--column", "columns", multiple=True, metavar="FIELD=HEADER", help="which column is which"
)
@click.option("--dry-run", is_flag=True, help="say what would happen; change nothing")
def import_(kind: str, file: Path, tenant: str, columns: tuple[str, ...], dry_run: bool) -> None:
    """Doctors, plans, services or rules from the CSV in FILE, all in one transaction.

    What is here already is left as it is. A line that cannot be taken is named with the reason,
    and the rest stands. Patients have a command of their own: `flask patients import`.
    """
    known = _columns(kind)
    try:
        with file.open("rb") as stream, as_job(tenant_named(tenant), "import"):
            table = read_table(stream)
            places = guessed(known, table.header) | _said(known, columns, table)
            _require(known, places)
            counts = import_records(kind, table, places, on_result=on_result)
            if dry_run:
                session.rollback()
    except (OSError, FileRefused) as error:
        reason = f"{error.strerror}." if isinstance(error, OSError) else error
        raise click.ClickException(f"{file} cannot be read: {reason}") from None
    would = "would be added" if dry_run else "added"
    click.echo(
        f"{counts['added']} {would}, {counts['known']} already here, {counts['refused']} refused."
    )


def _columns(kind: str) -> Sequence[Column]:
    """Those of a kind that is imported by this command."""
    kinds = {name: each.columns for name, each in areas().imports.items() if each.loader}
    if kind not in kinds:
        raise click.BadParameter(f"{kind} is none of {', '.join(kinds)}.")
    return kinds[kind]


def _require(known: Sequence[Column], places: dict[str, int]) -> None:
    for column in known:
        if column.needed and column.name not in places:
            raise click.ClickException(
                f"The import needs the column {column.name}."
                f" Say which it is: --column {column.name}=HEADER."
            )


def _said(known: Sequence[Column], columns: tuple[str, ...], table: Table) -> dict[str, int]:
    fields = {column.name for column in known}
    places = {}
    for pair in columns:
        field, _equals, name = pair.partition("=")
        if field not in fields:
            raise click.ClickException(f"There is no field {field}: {', '.join(sorted(fields))}.")
        if name not in table.header:
            raise click.ClickException(f"The file has no column {name}.")
        places[field] = table.header.index(name)
    return places
