"""`flask patients`: bringing in patients from another system."""

from pathlib import Path

import click
from flask.cli import AppGroup

from portal.cli.lookup import every_tenant, tenant_named
from portal.csv_reader import FileRefused, LineResult
from portal.db import session
from portal.facilities import queries as facilities
from portal.patients.commands.importing import ImportReport, import_patients
from portal.patients.jobs import mend_all, reindex
from portal.patients.rules.files import read_patients
from portal.patients.rules.table import DateOrder
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
@click.option(
    "--anyway",
    multiple=True,
    type=int,
    metavar="LINE",
    help="register this line though it may be here already",
)
def import_(
    file: Path, tenant: str, facility: str, dates: DateOrder, dry_run: bool, anyway: tuple[int, ...]
) -> None:
    """FHIR R4 Patients (NDJSON) or CSV from FILE, all in one transaction.

    Who was imported before is left as they are, and so is whoever has the clinic's own number.
    Who may be a patient already is named and left out. A line that cannot be taken is named with
    the reason, and the rest stands.
    """
    with as_job(tenant_named(tenant), "import"):
        report = _import(file, facility, dates, anyway)
        if dry_run:
            session.rollback()
    click.echo(_summary(report, dry_run=dry_run))


@group.command("reindex")
@click.option("--tenant", "tenant", metavar="SLUG", help="one clinic group; all of them without it")
def reindex_(tenant: str | None) -> None:
    """Find patients by the keys that are used now; can be broken off and begun again."""
    chosen = [(tenant_named(tenant), tenant)] if tenant else every_tenant()
    for tenant_id, slug in chosen:
        reindex(tenant_id)
        mend_all(tenant_id)
        click.echo(f"{slug}: every patient is found by all that is known")


def _import(file: Path, facility: str, dates: DateOrder, anyway: tuple[int, ...]) -> ImportReport:
    found = facilities.find_facility(facility)
    if found is None:
        raise click.ClickException(f"There is no facility {facility}.")
    try:
        with file.open("rb") as stream:
            patients = read_patients(stream, dates)
            return import_patients(
                patients, facility_id=found.id, on_result=on_result, anyway=anyway
            )
    except (OSError, FileRefused) as error:
        reason = f"{error.strerror}." if isinstance(error, OSError) else error
        raise click.ClickException(f"{file} cannot be read: {reason}") from None


def on_result(fate: LineResult) -> None:
    """Say why a line was refused, or what of it could not be kept."""
    for error in fate.errors:
        field = f"{error.field}: " if error.field else ""
        click.echo(f"line {fate.line}: {field}{error}")


def _summary(report: ImportReport, *, dry_run: bool) -> str:
    would = "would be registered" if dry_run else "registered"
    likely = f"{report.likely} may be here already, " if report.likely else ""
    return (
        f"{report.registered} {would}, {report.known} already here, {likely}"
        f"{report.refused} refused, {report.warnings} remarks."
    )
