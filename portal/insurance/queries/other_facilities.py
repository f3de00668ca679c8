"""Which facilities beyond a person's own accept a plan: row security hides them, a function of the
database names them.
"""

from collections.abc import Iterable
from datetime import date

from sqlalchemy import BigInteger, bindparam, text

from portal.db import session
from portal.sql import statement
from portal.tenancy.context import request_context

NAMES = text("SELECT facility_name FROM accepting_elsewhere(:plan_id, :service_id, :day)")
NAMES = NAMES.bindparams(bindparam("service_id", type_=BigInteger))
OF_VISITS = statement("insurance/accepting_elsewhere")


def list_accepting_elsewhere(plan_id: int, *, service_id: int | None, day: date) -> list[str]:
    """At most five names by the alphabet; none for somebody who sees every facility.

    Args:
        plan_id: the plan.
        service_id: only where a doctor gives this service.
        day: the date of service.
    """
    if request_context().facility_ids is None:
        return []
    values = {"plan_id": plan_id, "service_id": service_id, "day": day}
    return list(session.scalars(NAMES, values))


def accepting_elsewhere(ids: Iterable[int]) -> dict[int, str]:
    """For each of these visits that has one, such a facility that also gives its service."""
    values = {"tenant_id": request_context().tenant_id, "ids": list(ids)}
    if request_context().facility_ids is None or not values["ids"]:
        return {}
    return {row.id: row.facility_name for row in session.execute(OF_VISITS, values)}
