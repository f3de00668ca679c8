"""Visits as rows of a table; each field is opened, and its patient seen, when it is written."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta

from portal.db import session
from portal.patients.queries.exported import RowOfPatient
from portal.sql import statement
from portal.tenancy.context import request_context

VISITS = statement("appointments/exported_visits")
NEVER_BEFORE, NEVER_AFTER = date(1970, 1, 1), date(2999, 12, 31)
MARGIN = timedelta(days=1)


class ExportedVisit(RowOfPatient):
    """A visit of the list."""


def list_visits(
    *,
    facility_id: int | None = None,
    since: date | None = None,
    until: date | None = None,
    limit: int,
    offset: int = 0,
) -> Sequence[ExportedVisit]:
    """The visits from one day to another, both of the facility's own calendar, by their start."""
    first, last = max(since or NEVER_BEFORE, NEVER_BEFORE), min(until or NEVER_AFTER, NEVER_AFTER)
    values = {
        "tenant_id": request_context().tenant_id, "facility_id": facility_id, "since": first,
        "until": last,
        "after": datetime.combine(first, time(), UTC) - MARGIN,
        "before": datetime.combine(last, time(), UTC) + 2 * MARGIN,
        "limit": limit, "offset": offset,
    }  # fmt: skip
    return [ExportedVisit(row) for row in session.execute(VISITS, values)]
