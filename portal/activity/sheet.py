"""The log as a table for a spreadsheet (CSV, RFC 4180)."""

import csv
from collections.abc import Mapping, Sequence
from io import StringIO

from flask_babel import gettext

from portal.activity.queries import Line
from portal.activity.rules import plain_cell
from portal.activity.words import OUTCOMES, action_words, actor_words
from portal.refusals import N_

COLUMNS = (
    N_("Time (UTC)"), N_("Who"), N_("User number"), N_("What was done"), N_("Action"),
    N_("Table"), N_("Record"), N_("Patient"), N_("Outcome"), N_("Reason"), N_("Address"),
    N_("Request"), N_("Entry"),
)  # fmt: skip


def sheet(lines: Sequence[Line], names: Mapping[int, str]) -> str:
    """The entries, a row each; no cell is a formula."""
    text = StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(gettext(column) for column in COLUMNS)
    for line in lines:
        writer.writerow(plain_cell(cell) for cell in _cells(line, names))
    return text.getvalue()


def _cells(line: Line, names: Mapping[int, str]) -> tuple[object, ...]:
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
        line.request_id,
        line.id,
    )
