"""`flask keys`: exchanging keys while everybody works, and destroying a clinic's for good."""

import time
from collections.abc import Callable, Iterable
from pathlib import Path

import click
from flask.cli import AppGroup
from sqlalchemy import text

from portal.audit.notes import note
from portal.cli.lookup import tenant_named
from portal.config import ConfigError, read_key
from portal.db import db, session
from portal.patients.commands.indexing import index_some
from portal.phi import keys
from portal.phi.commands.resealing import reseal_some, rows_left
from portal.phi.commands.rotating import (
    begin_rotation,
    destroy_keys,
    retire,
    rewrap_keys,
    switch_index,
)
from portal.phi.sealed import models_with_sealed_attributes
from portal.staff.commands.people import close_clinic
from portal.tenancy.context import as_job, as_worker, enter_job, exchange_process_key

JOB = "keys"
MOST_TOLD = 100
# Whoever has read or written anything in this database and has not ended, its own cleaning aside,
# which has no user. A snapshot's xmin would wait for every other database of the server too.
UNDER_WAY = """
    SELECT l.virtualtransaction
      FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid AND a.usesysid IS NOT NULL
     WHERE l.locktype = 'relation' AND l.pid <> pg_backend_pid()
       AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""
MARK = text(f"SELECT ARRAY({UNDER_WAY})")
REACHED = text(f"SELECT NOT ARRAY({UNDER_WAY}) && CAST(:mark AS text[])")

group = AppGroup("keys", help="Exchange the keys of patient data, or destroy them.")


@group.command("rotate")
@click.option("--tenant", metavar="SLUG", help="of one clinic only; by default of every one")
@click.option(
    "--new-key-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="exchange the key-encryption key instead, for the one in this file",
)
def rotate(tenant: str | None, new_key_file: Path | None) -> None:
    """New data and index keys, and everything sealed and indexed again, while everybody works.

    It takes a few minutes more than the work itself, since the other processes must have heard of
    each step before the next. Stopped on the way, it goes on where it was when run again.
    """
    if new_key_file and tenant:
        raise click.ClickException("The key-encryption key is that of every clinic.")
    if new_key_file:
        _exchange_wrapping(new_key_file)
        return
    chosen = [tenant_named(tenant)] if tenant else _open_tenants()
    try:
        _rotate(chosen)
    except keys.KeyUnavailable as error:
        raise click.ClickException(f"{error}.") from None


@group.command("destroy")
@click.option("--tenant", required=True, metavar="SLUG", help="the clinic group")
def destroy(tenant: str) -> None:
    """Make a clinic's patient data unreadable for good, and end its sessions."""
    tenant_id = tenant_named(tenant)
    click.echo(f"Nobody will ever read the patient data of {tenant} again.", err=True)
    if click.prompt("Type the clinic's short name again") != tenant:
        raise click.ClickException("That is another name. Nothing was destroyed.")
    with as_job(tenant_id, JOB):
        close_clinic()
        note("keys.destroyed", table="tenant_keys", new={"keys": destroy_keys()})
    _rewrite_key_table()
    click.echo(
        "The keys are destroyed. Backups made before hold them still, wrapped: destroy those too,"
        " or exchange the key-encryption key and destroy the old one."
    )


def _exchange_wrapping(file: Path) -> None:
    try:
        new = read_key(file)
    except ConfigError as error:
        raise click.ClickException(str(error)) from None
    tenants = _open_tenants()
    with as_worker():
        for tenant_id in tenants:
            enter_job(tenant_id, JOB)
            rewrap_keys(keys.LocalKey(new))
            note("keys.wrapped-anew", table="tenant_keys")
    with db.engines["owner"].connect() as connection:
        exchange_process_key(connection, keys.process_key(new))
    click.echo(f"The keys of {len(tenants)} clinics are wrapped by the new key.")
    click.echo("Set PORTAL_KEY_FILE to it and start every process again: until then nobody can"
               " sign in.")  # fmt: skip


def _rotate(tenants: list[int]) -> None:
    _each(tenants, _begin)
    _reseal(tenants, wait=False)
    _wait_for_others()
    _reseal(tenants, wait=True)
    for tenant_id in tenants:
        with as_job(tenant_id, JOB):
            _retire_unless_used()
    _index(tenants)
    _each(tenants, switch_index)
    _wait_for_others()
    _each(tenants, lambda: _retire("index"))
    _wait_for_others()
    _index(tenants)
    click.echo(f"The keys of {len(tenants)} clinics are exchanged.")


def _retire_unless_used() -> None:
    """Retire the data key of before: what it sealed and does not open will not for being kept."""
    left = list(rows_left())
    late = sum(opens for _table, _number, opens in left)
    broken = [f"{table} {number}" for table, number, opens in left if not opens]
    for where in broken[:MOST_TOLD]:
        click.echo(f"{where}: a field does not open, and stays as it is.")
    if len(broken) > MOST_TOLD:
        click.echo(f"{len(broken) - MOST_TOLD} more rows hold a field that does not open.")
    if late:
        click.echo(f"{late} rows were sealed with the old key just now. Run this again.")
    else:
        _retire("data")


def _begin() -> None:
    made = begin_rotation()
    if made:
        note("keys.exchange-begun", table="tenant_keys", new=made)


def _retire(purpose: str) -> None:
    retired = retire(purpose)
    if retired:
        note("keys.exchanged", table="tenant_keys", new={"purpose": purpose, "retired": retired})


def _each(tenants: Iterable[int], step: Callable[[], None]) -> None:
    for tenant_id in tenants:
        with as_job(tenant_id, JOB):
            step()
        keys.ring().forget(tenant_id)


def _reseal(tenants: Iterable[int], *, wait: bool) -> None:
    """Most rows first, past those that somebody is changing; at the end these as well."""
    for tenant_id in tenants:
        for model in models_with_sealed_attributes():
            _sweep(tenant_id, model, wait=wait)


def _sweep(tenant_id: int, model: type, *, wait: bool) -> None:
    """Seal a table again, some rows a transaction."""
    last: int | None = 0
    while last is not None:
        with as_job(tenant_id, JOB):
            last = reseal_some(model, last, wait=wait)


def _index(tenants: Iterable[int]) -> None:
    for tenant_id in tenants:
        last: int | None = 0
        while last is not None:
            with as_job(tenant_id, JOB):
                last = index_some(last)


def _wait_for_others() -> None:
    """Until every process has asked for its keys anew, and what it wrote before is committed."""
    time.sleep(keys.REMEMBERED_SECONDS + 1)
    with as_worker():
        mark = session.scalar(MARK)
    while not _reached(mark):
        time.sleep(0.1)


def _reached(mark: list[str]) -> bool:
    with as_worker():
        return bool(session.scalar(REACHED, {"mark": mark}))


def _open_tenants() -> list[int]:
    """Every clinic but those that are closed."""
    with as_worker():
        directory = text("SELECT id FROM tenant_directory() WHERE status <> 'closed' ORDER BY id")
        return list(session.scalars(directory))


def _rewrite_key_table() -> None:
    """The table without what was deleted from it: VACUUM alone would leave its bytes in a page."""
    with db.engines["owner"].connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT")
        connection.execute(text("VACUUM FULL tenant_keys"))
