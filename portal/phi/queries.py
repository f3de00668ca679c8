"""What is promised of encrypted fields, checked by reading."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import inspect, select

from portal.db import Base, session
from portal.phi.sealed import Sealed, Unreadable, open_unseen
from portal.tenancy.context import facts

AT_ONCE = 1000


def envelopes_that_do_not_open() -> Sequence[str]:
    """Every envelope of the tenant is opened; nobody is shown what is in it."""
    return [
        f"{model.__tablename__} {row_id}: {name} does not open"
        for model, name, sealed in _sealed_attributes()
        for row_id in _unreadable(model, sealed)
    ]


def _sealed_attributes() -> Iterator[tuple[Any, str, Sealed]]:
    for mapper in sorted(Base.registry.mappers, key=lambda mapper: mapper.class_.__name__):
        for name, found in vars(mapper.class_).items():
            if isinstance(found, Sealed):
                yield mapper.class_, name, found


def _unreadable(model: Any, sealed: Sealed) -> Iterator[int]:
    envelope = getattr(model, sealed.envelope)
    column: Any = inspect(model).column_attrs[sealed.envelope].columns[0]
    statement = (
        select(model.id, model.row_uid, envelope.label("envelope"))
        .where(model.tenant_id == facts().tenant_id, envelope.is_not(None))
        .order_by(model.id)
        .execution_options(yield_per=AT_ONCE)
    )
    for row in session.execute(statement):
        value = open_unseen(
            column.table.name, column.name, row.row_uid, row.envelope, kind=sealed.kind
        )
        if isinstance(value, Unreadable):
            yield row.id
