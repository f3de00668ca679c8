"""Why a whole day has no start on offer: every reason, each naming the row to change."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from portal.db import session
from portal.errors import NotFound
from portal.scheduling.openings.reasons import (
    EXCEPTIONS,
    OFFERING,
    RULES,
    Reason,
    about_offering,
    about_plan,
)
from portal.scheduling.times import day_span, weekday
from portal.tenancy.context import request_context


def why_nothing(offering_id: int, plan_id: int | None, day: date) -> list[Reason]:
    """Every reason why an offering has no start on a local day, when it has none.

    Raises:
        NotFound: no such offering or plan.
    """
    values: dict[str, Any] = {
        "tenant_id": request_context().tenant_id, "offering_id": offering_id, "plan_id": plan_id,
        "day": day, "weekday": weekday(day),
    }  # fmt: skip
    offering = session.execute(OFFERING, values).one_or_none()
    if offering is None:
        raise NotFound
    hours = day_span(day, offering.zone)
    values |= {
        "doctor_id": offering.doctor_id, "facility_id": offering.facility_id,
        "zone": offering.zone, "busy_from": hours.start, "busy_until": hours.end,
    }  # fmt: skip
    found = [*about_offering(offering), *about_plan(offering, plan_id, day), *_about_hours(values)]
    return found or [Reason("booked_out", "availability_slots", None)]


def _about_hours(values: dict[str, Any]) -> Iterator[Reason]:
    exceptions = session.execute(EXCEPTIONS, values).all()
    for row in exceptions:
        if row.type != "override":
            params = {"reason": row.reason or row.type}
            yield Reason("away", "availability_exceptions", row.id, params)
    replaced = any(row.type == "override" for row in exceptions)
    if not replaced and session.execute(RULES, values).first() is None:
        yield Reason("no_rule", "availability_rules", None)
