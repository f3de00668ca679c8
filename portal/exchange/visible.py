"""Whose files are seen: they may be of any facility, whether they were brought or made here."""

from sqlalchemy import ColumnElement
from sqlalchemy.orm import InstrumentedAttribute

from portal.tenancy.context import request_context


def visible(
    tenant_id: InstrumentedAttribute[int], owner_id: InstrumentedAttribute[int]
) -> list[ColumnElement[bool]]:
    """The conditions by which a person sees a file: who is limited to some facilities, their own.

    Args:
        tenant_id: the table's column.
        owner_id: the column of who brought it, or asked for it.
    """
    conditions = [tenant_id == request_context().tenant_id]
    if request_context().facility_ids is not None:
        conditions.append(owner_id == request_context().user_id)
    return conditions
