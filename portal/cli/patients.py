"""`flask patients`: bringing in patients from another system."""

from pathlib import Path

import click
from flask.cli import AppGroup

from portal.cli.lookup import tenant_named
from portal.db import session
from portal.facilities import queries as facilities
from portal.patients.commands import ImportReport, import_patients
from portal.patients.rules.files import read_patients
from portal.patients.rules.table import DateOrder
from portal.tables import Fate, FileRefused
from portal.tenancy.context import as_job

group = AppGroup("patients", help="Bring in patients from another system.")


@group.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--tenant", "tenant", required=True, metavar="SLUG", help="the clinic group")
@click.option("--facility", required=True, metavar="SLUG", help="where they are registered")
@click.option(
    "--dates",
    type=click.Choice(["iso", "month-first", "day-first"]),
    default="iso",
    show_default=True,
    help="how a CSV writes its dates: 1980-03-04, 3/4/1980 or 4/3/1980",
)
@click.option("--dry-run", is_flag=True, help="say what would happen; change nothing")
def import_(file: Path, tenant: str, facility: str, dates: DateOrder, dry_run: bool) -> None:
    """FHIR R4 Patients (NDJSON) or CSV from FILE, all in one transaction.

    Who was imported before is left as they are. A line that cannot be taken is named with the
    reason, and the rest stands.
    """
    with as_job(tenant_named(tenant), "import"):
        report = _import(file, facility, dates)
        if dry_run:
            session.rollback()
    click.echo(_summary(report, dry_run=dry_run))


def _import(file: Path, facility: str, dates: DateOrder) -> ImportReport:
    place = facilities.find_facility(facility)
    if place is None:
        raise click.ClickException(f"There is no facility {facility}.")
    try:
        with file.open("rb") as stream:
            patients = read_patients(stream, dates)
            return import_patients(patients, facility_id=place.id, tell=tell)
    except (OSError, FileRefused) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise click.ClickException(f"{file} cannot be read: {reason}.") from None


def tell(fate: Fate) -> None:
    """Say why a line was refused, or what of it could not be kept."""
    for said in fate.said:
        field = f"{said.field}: " if said.field else ""
        click.echo(f"line {fate.line}: {field}{said}")


def _summary(report: ImportReport, *, dry_run: bool) -> str:
    would = "would be registered" if dry_run else "registered"
    return (
        f"{report.registered} {would}, {report.known} already here, {report.refused} refused,"
        f" {report.remarks} remarks."
    )
