"""Every write of one's own acts."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, func, select, update

from portal import clock
from portal.db import session
from portal.schema.acts import OwnAct
from portal.tenancy.context import request_context
from portal.tenancy.models import TenantOwned
from portal.undoing.queries import last_of
from portal.undoing.rules import TakenBackAlready

KEPT = timedelta(days=2)


def own_act(kind: str, record_id: int, before: Mapping[str, Any]) -> OwnAct:
    """Something that was done just now, as yet without its mark, and not kept."""
    return OwnAct(
        kind=kind, record_id=record_id, before=dict(before), done_at=clock.now(),
        user_id=request_context().user_id,
    )  # fmt: skip


def keep(act: OwnAct, mark: str) -> str:
    """Put an act on the stack of whoever did it; its name.

    Sent twice, what is done once is one act.
    """
    last = last_of(act.kind, act.record_id)
    if last is not None and last.mark == mark:
        return str(last.row_uid)
    act.mark = mark
    session.add(act)
    session.flush()
    return str(act.row_uid)


def lock(act: OwnAct, record: type[TenantOwned] | None, ids: Sequence[int]) -> None:
    """Of two who take it back at once the second waits here, and for whoever changes the record.

    Raises:
        TakenBackAlready
    """
    session.refresh(act, with_for_update=True)
    if act.undone_at is not None:
        raise TakenBackAlready
    if record is not None:
        row = record.__table__.c  # type: ignore[attr-defined]
        mine = row.tenant_id == request_context().tenant_id, row.id.in_(ids)
        statement = select(record).where(*mine).order_by(row.id).with_for_update()
        session.scalars(statement.execution_options(populate_existing=True)).all()


def mark_undone(act: OwnAct) -> None:
    """It is taken back, and never again."""
    act.undone_at = clock.now()
    session.flush()


def settle(kind: str, record_id: int) -> None:
    """One has taken it back another way: it is no longer on one's own stack."""
    session.execute(
        update(OwnAct)
        .where(
            OwnAct.tenant_id == request_context().tenant_id,
            OwnAct.user_id == request_context().user_id,
            OwnAct.kind == kind,
            OwnAct.record_id == record_id,
            OwnAct.undone_at.is_(None),
        )
        .values(undone_at=clock.now())
    )


def forget_acts() -> None:
    """Forget what nobody takes back any more."""
    old = OwnAct.created_at < func.now() - KEPT
    session.execute(delete(OwnAct).where(OwnAct.tenant_id == request_context().tenant_id, old))
