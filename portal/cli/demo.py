"""`flask demo`: the demo clinics."""

import time

import click
from flask.cli import AppGroup
from sqlalchemy import text

from portal.db import db, session
from portal.tenancy.context import as_worker

group = AppGroup("demo", help="Clinics to try the portal with; everyone in them is invented.")


@group.command("load")
@click.option("--patients", type=click.IntRange(0), default=900, show_default=True)
@click.option(
    "--days",
    type=click.IntRange(0, 365),
    default=10,
    show_default=True,
    help="how many days before and after today have visits",
)
def load(patients: int, days: int) -> None:
    """The demo clinics `lakeside` and `northgate`, into a database that has no clinic yet."""
    with as_worker():
        if session.scalar(text("SELECT count(*) FROM tenant_directory()")):
            raise click.ClickException("This database has clinics; the demo needs an empty one.")
    # Here, because every process registers the commands and only this one needs the seeds.
    from seeds.load import load as load_clinics

    began = time.monotonic()

    def say(words: str) -> None:
        click.echo(f"{time.monotonic() - began:6.1f} s  {words}", err=True)

    load_clinics(patients=patients, days=days, say=say, settle=_analyse)


def _analyse() -> None:
    """As the owner, where this machine may be it; elsewhere the server does so by and by."""
    if "owner" in db.engines:
        with db.engines["owner"].execution_options(isolation_level="AUTOCOMMIT").connect() as owner:
            owner.execute(text("ANALYZE"))
