"""Putting the checklist away, and taking it out again."""

from sqlalchemy import text

from portal.auth.proofs import proven
from portal.db import session
from portal.setup.queries.checklist import counts
from portal.setup.rules import check_ready, checklist
from portal.tenancy.context import request_context

SHOW = text("SELECT show_checklist(:shown, :expires, :proof)")


def dismiss_checklist() -> None:
    """The clinic works: its first page is the board again. Raises StillMissing."""
    check_ready(checklist(counts()))
    _show(visible=False)


def restore_checklist() -> None:
    """Show the checklist first again, to who may set the clinic up."""
    _show(visible=True)


def _show(*, visible: bool) -> None:
    mine = request_context()
    values = (mine.tenant_id, mine.session_id or "", str(visible).lower())
    session.execute(SHOW, {"shown": visible, **proven("show_checklist", *values)})
