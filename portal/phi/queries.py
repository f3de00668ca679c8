"""Invariants of encrypted fields, checked by reading."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import inspect, select

from portal.db import session
from portal.phi.models import TenantKey
from portal.phi.sealed import (
    Sealed,
    Unreadable,
    models_with_sealed_attributes,
    open_unseen,
    sealed_attributes,
)
from portal.tenancy.context import request_context
from portal.tenancy.models import Tenant

AT_ONCE = 1000


def envelopes_that_do_not_open() -> Sequence[str]:
    """Every envelope of the tenant is opened; nobody is shown what is in it.

    A clinic that was closed and whose keys were destroyed has nothing left to open.
    """
    if _destroyed():
        return []
    return [
        f"{model.__tablename__} {row_id}: {name} does not open"
        for model in models_with_sealed_attributes()
        for name, sealed in sealed_attributes(model).items()
        for row_id in _unreadable(model, sealed)
    ]


def _destroyed() -> bool:
    closed = select(Tenant.id).where(
        Tenant.id == request_context().tenant_id, Tenant.status == "closed"
    )
    keys = select(TenantKey.id).where(TenantKey.tenant_id == request_context().tenant_id)
    return bool(session.scalar(select(closed.exists() & ~keys.exists())))


def _unreadable(model: Any, sealed: Sealed) -> Iterator[int]:
    envelope = getattr(model, sealed.envelope)
    column: Any = inspect(model).column_attrs[sealed.envelope].columns[0]
    statement = (
        select(model.id, model.row_uid, envelope.label("envelope"))
        .where(model.tenant_id == request_context().tenant_id, envelope.is_not(None))
        .order_by(model.id)
        .execution_options(yield_per=AT_ONCE)
    )
    for row in session.execute(statement):
        value = open_unseen(
            column.table.name, column.name, row.row_uid, row.envelope, kind=sealed.kind
        )
        if isinstance(value, Unreadable):
            yield row.id
