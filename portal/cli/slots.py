"""`flask slots`: making slots from rules, and searching the starts on offer."""

import json
import time
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, date, datetime

import click
from flask.cli import AppGroup

from portal.availability.commands.materialise import Materialised, materialise_doctors
from portal.availability.queries.weekly import batches
from portal.cli.lookup import every_tenant, tenant_named
from portal.db import session
from portal.doctors.queries import get_doctor
from portal.errors import DomainError
from portal.insurance.queries.payers import get_plan
from portal.scheduling.openings.listing import OpeningQuery, list_openings
from portal.scheduling.rules import Opening
from portal.services.queries.catalogue import get_offering
from portal.tenancy.context import as_job, enter_job

group = AppGroup("slots", help="Make slots from rules; search the starts on offer.")
DAY = click.DateTime(formats=["%Y-%m-%d"])
JOB = "slots"
MOST_STARTS = 10_000


@group.command("materialise")
@click.option("--tenant", metavar="SLUG", help="one clinic group; every one without it")
@click.option("--doctor", type=int, metavar="ID", help="one doctor; every one without it")
@click.option("--until", type=DAY, metavar="DATE", help="the last date; the horizon without it")
@click.option("--json", "as_json", is_flag=True, help="one JSON object on standard output")
def materialise(
    tenant: str | None, doctor: int | None, until: datetime | None, as_json: bool
) -> None:
    """Make the slots agree with the rules, from each facility's today on.

    Doing it again changes nothing. A commit follows each batch of doctors.
    """
    if doctor is not None and tenant is None:
        raise click.UsageError("--doctor needs --tenant.")
    tenant_ids = [tenant_named(tenant)] if tenant else [each for each, _slug in every_tenant()]
    began, done = time.monotonic(), Materialised()
    for tenant_id in tenant_ids:
        done += _materialise(tenant_id, doctor, until.date() if until else None)
    _tell_done(done, time.monotonic() - began, as_json=as_json)


@group.command("search")
@click.option("--tenant", required=True, metavar="SLUG", help="the clinic group")
@click.option("--offering", required=True, type=int, metavar="ID", help="what is to be booked")
@click.option("--plan", type=int, metavar="ID", help="who pays; self-pay without it")
@click.option("--from", "first", type=DAY, metavar="DATE", help="the first date; today without it")
@click.option("--days", type=click.IntRange(1, 400), default=14, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="one JSON object on standard output")
def search(
    tenant: str, offering: int, plan: int | None, first: datetime | None, days: int, as_json: bool
) -> None:
    """The starts on offer, as ISO instants in UTC."""
    with as_job(tenant_named(tenant), JOB):
        offers = _search(offering, plan, first.date() if first else None, days)
    starts = [_iso(offer.start_at) for offer in offers]
    if as_json:
        click.echo(json.dumps({"starts": starts, "offers": [_offer(each) for each in offers]}))
        return
    for start in starts:
        click.echo(start)


def _materialise(tenant_id: int, doctor_id: int | None, until: date | None) -> Materialised:
    done = Materialised()
    with as_job(tenant_id, JOB):
        for doctor_ids in _one(doctor_id) if doctor_id is not None else batches():
            done += materialise_doctors(doctor_ids, last_date=until)
            session.commit()
            enter_job(tenant_id, JOB)
    return done


def _one(doctor_id: int) -> list[Sequence[int]]:
    try:
        return [[get_doctor(doctor_id).id]]
    except DomainError:
        raise click.ClickException(f"There is no doctor {doctor_id}.") from None


def _tell_done(done: Materialised, seconds: float, *, as_json: bool) -> None:
    counts = asdict(done) | {"seconds": round(seconds, 3)}
    if as_json:
        click.echo(json.dumps(counts))
    else:
        click.echo(", ".join(f"{name} {value}" for name, value in counts.items()))


def _search(offering: int, plan: int | None, first: date | None, days: int) -> list[Opening]:
    try:
        get_offering(offering)
        if plan is not None:
            get_plan(plan)
    except DomainError:
        raise click.ClickException("There is no such offering or plan in this clinic.") from None
    wanted = OpeningQuery(offering_id=offering, plan_id=plan)
    return list_openings(wanted, first_date=first, days=days, limit=MOST_STARTS)


def _offer(offer: Opening) -> dict[str, object]:
    return offer._asdict() | {
        name: _iso(getattr(offer, name))
        for name in ("start_at", "end_at", "busy_from", "busy_until")
    }


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
