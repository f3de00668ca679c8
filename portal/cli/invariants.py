"""`flask invariants`: every promise that can be checked by reading, for every clinic."""

import json
from collections.abc import Callable, Sequence

import click
from flask.cli import with_appcontext

from portal.absences.queries.invariants import absences_half_done
from portal.appointments.queries import invariants
from portal.audit.queries import changes_without_entries
from portal.auth.invariants import clinics_without_an_owner, sessions_that_should_have_ended
from portal.availability.queries.invariants import (
    hours_of_anothers_service,
    starts_that_no_hours_give,
)
from portal.cli.lookup import every_tenant
from portal.patients.queries.invariants import (
    lines_of_charts_gone_astray,
    patients_of_an_older_scheme,
    patients_that_cannot_be_found,
)
from portal.phi.queries import envelopes_that_do_not_open
from portal.services.queries import workflows_not_as_long_as_their_steps
from portal.tenancy.context import as_job
from portal.tenancy.guards import log_that_can_be_changed, tables_not_kept_apart

# What is promised -> the check that gives what breaks it, a line each.
CHECKS: dict[str, Callable[[], Sequence[str]]] = {
    "no doctor is in two places": invariants.doctors_in_two_places,
    "no patient is in two places": invariants.patients_in_two_places,
    "every visit's doctor is taken for all of it": invariants.visits_outside_their_slots,
    "seats are counted right": invariants.seats_miscounted,
    "statuses, times and steps agree": invariants.statuses_that_disagree,
    "steps follow one another inside the visit": invariants.steps_out_of_order,
    "a visit is as long as its steps": invariants.visits_not_as_long_as_their_steps,
    "every visit has a slot of its own": invariants.visits_without_a_slot,
    "a visit is where its service is offered": invariants.visits_of_another_service,
    "steps are those of the visit's workflow": invariants.steps_of_another_workflow,
    "seats of a group are counted, not held": invariants.seats_held,
    "free starts are those that the hours give": starts_that_no_hours_give,
    "hours are for the doctor's own services": hours_of_anothers_service,
    "an absence is whole": absences_half_done,
    "every patient can be found": patients_that_cannot_be_found,
    "every patient is found by all that is known": patients_of_an_older_scheme,
    "what is written on a chart moves with it": lines_of_charts_gone_astray,
    "whoever may not sign in has no session": sessions_that_should_have_ended,
    "somebody owns the clinic": clinics_without_an_owner,
    "clinics are kept apart": tables_not_kept_apart,
    "the activity log cannot be changed": log_that_can_be_changed,
    "a workflow is as long as its steps": workflows_not_as_long_as_their_steps,
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


def _broken(tenant_id: int) -> dict[str, list[str]]:
    """Each promise with what breaks it in one clinic."""
    with as_job(tenant_id, "invariants"):
        return {promise: list(check()) for promise, check in CHECKS.items()}


def _tell(found: dict[str, dict[str, list[str]]]) -> None:
    for slug, checks in found.items():
        for promise, lines in checks.items():
            click.echo(f"{slug}: {promise}: {'BROKEN' if lines else 'kept'}")
            for line in lines:
                click.echo(f"  {line}")
