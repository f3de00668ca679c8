"""Putting the checklist away, and taking it out again."""

from sqlalchemy import text

from portal.db import session
from portal.setup import queries
from portal.setup.rules import check_ready, checklist
from portal.tenancy.context import facts

PUT_AWAY = text("UPDATE tenants SET settings = settings - 'checklist' WHERE id = :tenant_id")
TAKE_OUT = text("""
    UPDATE tenants SET settings = settings || '{"checklist": "open"}' WHERE id = :tenant_id
""")


def put_away() -> None:
    """The clinic works: its first page is the board again. Raises StillMissing."""
    check_ready(checklist(queries.counts()))
    session.execute(PUT_AWAY, {"tenant_id": facts().tenant_id})


def take_out() -> None:
    """Show the checklist first again, to who may set the clinic up."""
    session.execute(TAKE_OUT, {"tenant_id": facts().tenant_id})
