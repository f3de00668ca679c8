"""Reading who broke the glass: the newest first."""

from collections.abc import Sequence

from sqlalchemy import func, select

from portal.db import session
from portal.errors import NotFound
from portal.schema.patients import BreakGlass
from portal.tenancy.context import request_context

USES = 50
# More than anybody counts; the notice says "99 and more" then.
MOST_COUNTED = 100


def list_glass(*, before: int | None = None, limit: int = USES) -> Sequence[BreakGlass]:
    """Uses of break-glass, before one of them."""
    found = select(BreakGlass).where(BreakGlass.tenant_id == request_context().tenant_id)
    if before is not None:
        found = found.where(BreakGlass.id < before)
    return session.scalars(found.order_by(BreakGlass.id.desc()).limit(limit)).all()


def get_glass(use_id: int) -> BreakGlass:
    """One use. Raises NotFound."""
    found = session.scalar(
        select(BreakGlass).where(
            BreakGlass.tenant_id == request_context().tenant_id, BreakGlass.id == use_id
        )
    )
    if found is None:
        raise NotFound
    return found


def count_unreviewed() -> int:
    """How many uses nobody has looked through yet, up to MOST_COUNTED."""
    waiting = (
        select(BreakGlass.id)
        .where(
            BreakGlass.tenant_id == request_context().tenant_id, BreakGlass.reviewed_at.is_(None)
        )
        .limit(MOST_COUNTED)
        .subquery()
    )
    return session.scalar(select(func.count()).select_from(waiting)) or 0
