"""Sealing a tenant's fields again with the active data key, some rows at a time."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import ColumnElement, Row, Table, and_, func, inspect, or_, select, text, update

from portal.db import session
from portal.phi.envelopes import EnvelopeError, key_version_of
from portal.phi.keys import KeyUnavailable, ring
from portal.phi.sealed import models_with_sealed_attributes, reseal, sealed_attributes
from portal.tenancy.context import request_context

AT_ONCE = 200
# Nobody changed anything: what was changed last stays so in lists.
UNSTAMPED = text("SELECT set_config('portal.resealing', 'on', true)")


def rows_left() -> Iterator[tuple[str, int, bool]]:
    """Table and id of each row that holds an envelope of another version than the active one.

    And whether one opens: then it was sealed just now. What does not open, no key does.
    """
    for model in models_with_sealed_attributes():
        table, columns = _columns(model)
        found = select(table.c.id, table.c.row_uid, *columns).where(_old(table, columns))
        for row in session.execute(found.order_by(table.c.id)).yield_per(AT_ONCE):
            yield table.name, row.id, bool(_resealed(table, row))


def reseal_some(model: Any, after: int, *, wait: bool) -> int | None:
    """Seal the next rows of a table again.

    Rows that somebody is changing are waited for or left for later. A row is read and written
    under its lock, so that no change is lost; a field that does not open is left as it is.

    Returns:
        the last row's id, after which to go on; None: there are no more.
    """
    session.execute(UNSTAMPED)
    table, columns = _columns(model)
    found = (
        select(table.c.id, table.c.row_uid, *columns)
        .where(_old(table, columns), table.c.id > after)
        .order_by(table.c.id)
        .limit(AT_ONCE)
        .with_for_update(key_share=True, skip_locked=not wait)
    )
    rows = session.execute(found).all()
    for row in rows:
        _reseal_row(table, row)
    return rows[-1].id if len(rows) == AT_ONCE else None


def _reseal_row(table: Table, row: Row[Any]) -> None:
    sealed = _resealed(table, row)
    if sealed:
        own = and_(table.c.tenant_id == request_context().tenant_id, table.c.id == row.id)
        session.execute(update(table).where(own).values(sealed))


def _resealed(table: Table, row: Row[Any]) -> dict[str, bytes]:
    """The row's envelopes of another version that open, sealed with the active one."""
    active = ring().of(request_context().tenant_id).active
    sealed = {}
    for column, envelope in list(row._asdict().items())[2:]:
        try:
            if envelope is not None and key_version_of(envelope) != active:
                sealed[column] = reseal(table.name, column, row.row_uid, envelope)
        except (EnvelopeError, KeyUnavailable):
            continue
    return sealed


def _columns(model: Any) -> tuple[Table, list[Any]]:
    mapped = inspect(model).column_attrs
    sealed = sealed_attributes(model).values()
    return model.__table__, [mapped[each.envelope].columns[0] for each in sealed]


def _old(table: Table, columns: list[Any]) -> ColumnElement[bool]:
    """A row of the tenant with an envelope whose header names another version (its bytes 2, 3)."""
    active = ring().of(request_context().tenant_id).active
    versions = (func.get_byte(column, 2) * 256 + func.get_byte(column, 3) for column in columns)
    return and_(
        table.c.tenant_id == request_context().tenant_id,
        or_(*(version != active for version in versions)),
    )
