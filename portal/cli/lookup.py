"""Records that commands are given by name."""

import click
from sqlalchemy import text

from portal.db import session
from portal.tenancy.context import as_worker


def tenant_named(slug: str) -> int:
    """The id of the clinic group with this short name; an error message if there is none."""
    with as_worker():
        find = text("SELECT id FROM tenant_directory() WHERE slug = :slug")
        tenant_id = session.scalar(find, {"slug": slug})
    if tenant_id is None:
        raise click.ClickException(f"There is no clinic {slug}.")
    return int(tenant_id)


def every_tenant() -> list[tuple[int, str]]:
    """The id and short name of every clinic group."""
    with as_worker():
        rows = session.execute(text("SELECT id, slug FROM tenant_directory() ORDER BY id"))
        return [(row.id, row.slug) for row in rows]
