"""What staff do here: exporting the log."""

from collections.abc import Sequence

from portal.activity import queries
from portal.activity.queries import Line
from portal.activity.rules import Filters
from portal.audit.notes import note


def export_entries(filters: Filters) -> Sequence[Line]:
    """Every entry that passes the filters; the log says that it was exported, and what of it.

    Raises:
        TooMany: the period holds more entries than an export reads.
    """
    lines = queries.export_entries(filters)
    taken = {**filters.said, "entries": len(lines)}
    note("activity.export", table="user_action_audit_log", new=taken)
    return lines
