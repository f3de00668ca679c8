"""`flask database`: roles and grants on a server of one's own, and where the databases are."""

from urllib.parse import unquote, urlsplit

import click
import psycopg
from flask import current_app
from flask.cli import AppGroup

from portal import database_roles
from portal.embedded import ensure_running

group = AppGroup("database", help="Prepare a PostgreSQL server, or say where the database is.")

VARIABLES = {
    "app": "DATABASE_URL",
    "owner": "DATABASE_OWNER_URL",
    "worker": "DATABASE_WORKER_URL",
}


@group.command("prepare")
@click.option("--admin-url", help="libpq URL of a superuser; the embedded server's own if none.")
def prepare(admin_url: str | None) -> None:
    """Make the roles, the database and its grants; names and passwords as in DATABASE_..._URL.

    Done again, it also mends what somebody changed: a role's password, or its settings.
    """
    urls = {role: urlsplit(_url(role)) for role in VARIABLES}
    for role, url in urls.items():
        if url.username != database_roles.NAMES[role]:
            raise click.ClickException(
                f"{VARIABLES[role]} is not for {database_roles.NAMES[role]}."
            )
    passwords = {role: unquote(url.password or "") or None for role, url in urls.items()}
    database = unquote(urls["app"].path.strip("/"))
    try:
        database_roles.prepare(admin_url or _admin_url(), database, passwords)
    except psycopg.Error as error:
        raise click.ClickException(error.diag.message_primary or str(error).strip()) from None
    click.echo(f"Prepared the database {database} and its roles. Next: flask db upgrade")


@group.command("url")
@click.option("--role", type=click.Choice([*VARIABLES, "admin"]), default="app")
def url(role: str) -> None:
    """Print the libpq URL; `admin` only for the embedded server."""
    click.echo(_admin_url() if role == "admin" else _url(role))


def _url(role: str) -> str:
    urls: dict[str, str] = {"app": current_app.config["SQLALCHEMY_DATABASE_URI"]}
    urls |= {name: bind["url"] for name, bind in current_app.config["SQLALCHEMY_BINDS"].items()}
    if role not in urls:
        raise click.ClickException(f"{VARIABLES[role]} is not set.")
    return urls[role].replace("postgresql+psycopg://", "postgresql://", 1)


def _admin_url() -> str:
    instance = current_app.config["PORTAL_INSTANCE"]
    if str(instance / "pg") not in unquote(_url("app")):
        raise click.ClickException("DATABASE_URL is not the embedded server: ask its admin.")
    return ensure_running(instance).url("admin")
