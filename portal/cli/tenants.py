"""`flask tenants`: clinic groups, and the one-time links that let their owners in."""

import click
from flask.cli import AppGroup

from portal.cli.lookup import tenant_named
from portal.errors import DomainError
from portal.staff import queries
from portal.staff.commands.people import NewClinic, Person, found_clinic, invite_user, make_link
from portal.staff.commands.resets import reset_by_operator
from portal.tenancy.context import as_job

group = AppGroup("tenants", help="Make clinic groups, and links for their owners.")
address_option = click.option(
    "--address", default="http://127.0.0.1:8000", show_default=True, help="where the portal is"
)


@group.command("create")
@click.argument("slug")
@click.argument("name")
@click.option("--timezone", required=True, help="of its facilities, e.g. Europe/London")
@click.option("--owner", required=True, metavar="EMAIL", help="its first owner")
@address_option
def create(slug: str, name: str, timezone: str, owner: str, address: str) -> None:
    """A clinic group, its keys and its first owner; prints the owner's one-time link."""
    try:
        begins = {"second_factor": True, "checklist": "open"}
        clinic = NewClinic(slug=slug, name=name, timezone=timezone, settings=begins)
        tenant_id = found_clinic(clinic)
        with as_job(tenant_id, "tenants"):
            token = invite_user(Person(email=owner, name=owner.partition("@")[0], role="owner"))
    except DomainError as refusal:
        raise click.ClickException(str(refusal)) from None
    _print_link(address, token)


@group.command("link")
@click.argument("slug")
@click.argument("email")
@address_option
def link(slug: str, email: str, address: str) -> None:
    """A new one-time link for somebody whose link has expired."""
    tenant_id = tenant_named(slug)
    try:
        with as_job(tenant_id, "tenants"):
            token = make_link(queries.get_user_by_email(email))
    except DomainError as refusal:
        raise click.ClickException(str(refusal)) from None
    _print_link(address, token)


@group.command("reset-factor")
@click.argument("slug")
@click.argument("email")
@address_option
def reset_factor(slug: str, email: str, address: str) -> None:
    """Take somebody's lost second factor away where nobody else can; prints a one-time link."""
    tenant_id = tenant_named(slug)
    try:
        with as_job(tenant_id, "tenants"):
            token = reset_by_operator(queries.get_user_by_email(email))
    except DomainError as refusal:
        raise click.ClickException(str(refusal)) from None
    _print_link(address, token)


def _print_link(address: str, token: str) -> None:
    click.echo(f"{address.rstrip('/')}/welcome/{token}")
    click.echo("It works once, within 15 minutes.", err=True)
