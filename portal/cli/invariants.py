"""`flask invariants`: every promise that can be checked by reading, for every clinic."""

import json

import click
from flask.cli import with_appcontext

from portal.audit.queries import changes_without_entries
from portal.cli.lookup import every_tenant
from portal.phi.queries import envelopes_that_do_not_open
from portal.registry.area import Check, areas
from portal.tenancy.context import as_job
from portal.tenancy.guards import log_that_can_be_changed, tables_not_kept_apart

# Of the floors below the areas: what is promised -> the check that gives what breaks it.
BELOW: dict[str, Check] = {
    "clinics are kept apart": tables_not_kept_apart,
    "the activity log cannot be changed": log_that_can_be_changed,
    "every change has its audit entry": changes_without_entries,
    "every envelope opens": envelopes_that_do_not_open,
}


@click.command("invariants", help="Check every promise that can be checked by reading.")
@click.option("--json", "as_json", is_flag=True, help="one JSON object on standard output")
@with_appcontext
def command(as_json: bool) -> None:
    """Exits 1 when a promise is broken, having said which and where."""
    found = {slug: _broken(tenant_id) for tenant_id, slug in every_tenant()}
    kept = not any(lines for checks in found.values() for lines in checks.values())
    if as_json:
        click.echo(json.dumps({"kept": kept, "tenants": found}))
    else:
        _tell(found)
    raise SystemExit(0 if kept else 1)


def checks() -> dict[str, Check]:
    """Every promise, with the check that gives what breaks it, a line each."""
    return areas().invariants | BELOW


def _broken(tenant_id: int) -> dict[str, list[str]]:
    """Each promise with what breaks it in one clinic."""
    with as_job(tenant_id, "invariants"):
        return {promise: list(check()) for promise, check in checks().items()}


def _tell(found: dict[str, dict[str, list[str]]]) -> None:
    for slug, checks in found.items():
        for promise, lines in checks.items():
            click.echo(f"{slug}: {promise}: {'BROKEN' if lines else 'kept'}")
            for line in lines:
                click.echo(f"  {line}")
