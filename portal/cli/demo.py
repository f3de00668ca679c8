"""`flask demo`: the demo clinics, and the days that follow the one they were loaded on."""

import time
from collections.abc import Callable
from contextlib import nullcontext

import click
from flask.cli import AppGroup
from sqlalchemy import text

from portal import clock, demo_clock
from portal.db import db, session
from portal.tenancy.context import as_worker
from portal.worker.demo import DAYS, days_of, make_day

group = AppGroup("demo", help="Clinics to try the portal with; everyone in them is invented.")


@group.command("load")
@click.option("--patients", type=click.IntRange(0), default=900, show_default=True)
@click.option(
    "--days",
    type=click.IntRange(0, 365),
    default=DAYS,
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

    day = None if clock.is_fixed() else demo_clock.first_day(clock.real())
    with clock.at(day.begins) if day else nullcontext():
        load_clinics(patients=patients, days=days, report=_sayer(), settle=_analyse)
    if day:
        days_of().set(demo_clock.DemoDay(day.begins, clock.real()))


@group.command("day")
def day_command() -> None:
    """Make the demo clinics' next working day, if theirs is over; somebody opens it now."""
    make_day(_sayer())
    days_of().open(clock.real())


def _sayer() -> Callable[[str], None]:
    began = time.monotonic()
    return lambda text: click.echo(f"{time.monotonic() - began:6.1f} s  {text}", err=True)


def _analyse() -> None:
    """As the owner, where this machine may be it; elsewhere the server does so by and by."""
    if "owner" in db.engines:
        with db.engines["owner"].execution_options(isolation_level="AUTOCOMMIT").connect() as owner:
            owner.execute(text("ANALYZE"))
