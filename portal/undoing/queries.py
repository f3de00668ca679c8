"""Reads of one's own acts, and of what a record says."""

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from sqlalchemy import Select, Text, cast, func, literal_column, select
from sqlalchemy.dialects.postgresql import ARRAY

from portal.db import session
from portal.errors import NotFound
from portal.schema.acts import OwnAct
from portal.tenancy.context import request_context
from portal.tenancy.models import TenantOwned
from portal.undoing.rules import STACK

MOST = 100
# A merge moves a record, and every writing stamps it: neither is a change of what it says.
SAYS_NOTHING = cast(["patient_id", "row_version", "updated_at", "updated_by"], ARRAY(Text))


def newest_act(now: datetime) -> OwnAct | None:
    """This person's last act in the ten minutes before."""
    return session.scalars(_acts(now).limit(1)).first()


def list_acts(now: datetime) -> Sequence[OwnAct]:
    """All that this person did in the ten minutes before, the last first."""
    return session.scalars(_acts(now).limit(MOST)).all()


def find_act(name: UUID) -> OwnAct | None:
    """An act by the name that its message knows it by, taken back or not."""
    return session.scalar(_own().where(OwnAct.row_uid == name))


def last_of(kind: str, record_id: int) -> OwnAct | None:
    """This person's last act on a record, if it was of this kind, and stands."""
    last = session.scalars(
        _own()
        .where(OwnAct.record_id == record_id, OwnAct.undone_at.is_(None))
        .where(OwnAct.kind.startswith(kind.partition("_")[0]))
        .order_by(OwnAct.id.desc())
        .limit(1)
    ).first()
    return last if last is not None and last.kind == kind else None


def digest_of(table: type[TenantOwned], record_id: int, *besides: object) -> str:
    """The digest of a record: another once somebody has changed it. Raises NotFound.

    Args:
        table: the record's model.
        record_id: its id.
        besides: what else is said of it, elsewhere.
    """
    session.flush()
    row = table.__table__.alias("row")  # type: ignore[attr-defined]
    as_text = cast(func.to_jsonb(literal_column("row")).op("-")(SAYS_NOTHING), Text)
    state = session.scalar(
        select(as_text).where(row.c.tenant_id == request_context().tenant_id, row.c.id == record_id)
    )
    if state is None:
        raise NotFound
    return sha256(repr((state, besides)).encode()).hexdigest()


def _acts(now: datetime) -> Select[OwnAct]:
    return (
        _own()
        .where(OwnAct.undone_at.is_(None), OwnAct.done_at > now - STACK)
        .order_by(OwnAct.done_at.desc(), OwnAct.id.desc())
    )


def _own() -> Select[OwnAct]:
    context = request_context()
    return select(OwnAct).where(
        OwnAct.tenant_id == context.tenant_id, OwnAct.user_id == context.user_id
    )
