"""`flask audit`: seal the log, verify it, prove one entry, drop what is old enough."""

import json
import time
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

import click
from flask.cli import AppGroup

from portal.audit import checkpoints, commands, proofs
from portal.audit.verification import Report, verify
from portal.errors import DomainError
from portal.worker.log import checkpoints_in, store

group = AppGroup("audit", help="Seal the audit log, verify it, prove an entry.")
as_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")


@group.command("seal")
@click.option("--new-epoch", metavar="REASON", help="after a restore, or with another key")
def seal(new_epoch: str | None) -> None:
    """Seal every transaction that has ended since the last seal."""
    try:
        at = store()
        made = commands.open_epoch(at, new_epoch) if new_epoch else commands.seal(at)
    except DomainError as refusal:
        raise click.ClickException(str(refusal)) from None
    click.echo(f"Seal {made.number} (epoch {made.epoch}) over {made.entries} entries.")


@group.command("verify")
@click.option(
    "--heads",
    "file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="a copy of the heads kept elsewhere; by default the instance folder's",
)
@as_json
def verification(file: Path | None, as_json: bool) -> None:
    """Name the first place that is not as it was sealed, with exit code 1."""
    started = time.monotonic()
    report = verify(_checkpoints(file or store().checkpoints))
    seconds = round(time.monotonic() - started, 3)
    if as_json:
        click.echo(json.dumps({"ok": report.holds, **asdict(report), "seconds": seconds}))
    else:
        _tell(report, seconds)
    raise SystemExit(0 if report.holds else 1)


@group.command("prove")
@click.argument("entry", type=int)
def prove(entry: int) -> None:
    """Print the proof that an entry is under a seal; `python -m portal.audit.proofs` checks it."""
    try:
        click.echo(json.dumps(proofs.prove(entry), ensure_ascii=False))
    except DomainError as refusal:
        raise click.ClickException(str(refusal)) from None


@group.command("purge")
@click.option(
    "--before", type=click.DateTime(["%Y-%m-%d"]), required=True, help="six years ago or earlier"
)
def purge(before: datetime) -> None:
    """Drop the months that ended by a date, once the whole log has been verified."""
    report = verify(_checkpoints(store().checkpoints))
    if report.wrong:
        raise click.ClickException(f"The log does not hold, so nothing goes. {report.wrong.text}")
    try:
        made, dropped = commands.purge(store(), before.date())
    except DomainError as refusal:
        raise click.ClickException(str(refusal)) from None
    click.echo(f"Dropped {', '.join(dropped)}; seal {made.number} says so.")


def _checkpoints(path: Path) -> checkpoints.Checkpoints | None:
    try:
        return checkpoints_in(path)
    except checkpoints.BrokenCheckpoints as error:
        raise click.ClickException(str(error)) from None


def _tell(report: Report, seconds: float) -> None:
    if report.wrong:
        click.echo(report.wrong.text)
        return
    click.echo(
        f"Every entry is as it was sealed: {report.entries} under {report.seals} seals,"
        f" {report.unsealed} waiting for the next ({seconds} s)."
    )
    for epoch in report.epochs[1:]:
        click.echo(f"Epoch {epoch['epoch']} began at {epoch['at']}: {epoch['reason']}")
    if report.voided:
        click.echo(f"{report.voided} seals were lost with a restore.")
    if report.checkpoints is None:
        click.echo("No heads outside the database: a cut tail would go unseen.", err=True)
