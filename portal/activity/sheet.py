"""The log as a table for a spreadsheet, which the worker makes some entries at a time."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import force_locale, gettext

from portal.activity.labels import OUTCOMES, action_words, actor_words
from portal.activity.queries.log import LogLine, export_entries
from portal.activity.queries.people import names_of
from portal.activity.rules import Filters, Mark
from portal.errors import N_
from portal.registry.lists import Cell, ExportBatch, ExportKind, ExportSource

COLUMNS = (
    N_("Time (UTC)"), N_("Who"), N_("User number"), N_("What was done"), N_("Action"),
    N_("Table"), N_("Record"), N_("Patient"), N_("Outcome"), N_("Reason"), N_("Address"),
    N_("Request"), N_("Entry"),
)  # fmt: skip


def header(params: dict[str, Any]) -> Sequence[str]:
    """The columns, in the language of who asked."""
    with force_locale(_locale(params)):
        return [gettext(column) for column in COLUMNS]


def batch(params: dict[str, Any], after: str | None) -> ExportBatch:
    """The next entries, a row each, the newest first."""
    found = export_entries(Filters.of(params["filters"]), before=Mark.read(after))
    names = names_of(line.user_id for line in found.lines)
    with force_locale(_locale(params)):
        rows = [_cells(line, names) for line in found.lines]
    return ExportBatch(rows, str(found.older) if found.older else None)


EXPORT = ExportKind(
    N_("Activity log"), "activity.export", "activity.index", ExportSource(header, batch)
)


def _locale(params: dict[str, Any]) -> str:
    return str(params["locale"]).replace("-", "_")


def _cells(line: LogLine, names: Mapping[int, str]) -> tuple[Cell, ...]:
    return (
        line.occurred_at.isoformat(),
        actor_words(line.actor, names.get(line.user_id or 0)),
        line.user_id,
        action_words(line.action_type),
        line.action_type,
        line.table_name,
        line.record_id,
        line.patient_id,
        gettext(OUTCOMES[line.outcome][0]),
        line.reason,
        line.ip,
        str(line.request_id) if line.request_id else None,
        line.id,
    )
